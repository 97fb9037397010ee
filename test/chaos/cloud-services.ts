import { toJobMachine } from '../../shared/deploy/batch-machine.ts';
import type { Deployment } from '../../shared/jobs/deployment.ts';
import type { JobsFile } from '../../shared/jobs/schema/file.ts';
import type { Job } from '../../shared/jobs/schema/job.ts';
import { parseToken } from '../../shared/runs/run.ts';
import type { CloudOptions } from '../cloud/cloud.ts';
import { createBatch } from '../stand-in/batch.ts';
import { createCodeBuild } from '../stand-in/codebuild.ts';
import { runContainer } from '../stand-in/container.ts';
import { account, region } from '../stand-in/core.ts';
import { createEcs } from '../stand-in/ecs.ts';
import { createStepFunctions } from '../stand-in/step-functions.ts';
import { TaskError, type TaskHandler } from '../stand-in/step-functions-machine.ts';
import type { JobKind } from './deliveries.ts';

export const cloudTargets = ['fargate', 'codebuild', 'batch', 'state-machine'] as const;

export type CloudTarget = (typeof cloudTargets)[number];

const toArn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
const jobQueue = toArn('batch', 'job-queue/chaos');
const runJob = 'arn:aws:states:::stand-in:runJob.sync';

/** The targets' part of jobs.yml, with the shortest times that each of them takes. */
export function toCloudProperties(command: readonly string[]) {
  return (target: string, kind: JobKind): Readonly<Record<string, unknown>> => {
    const isEndless = kind === 'endless';
    const retry = { attempts: isEndless ? 2 : 3, retryIntervalSeconds: 1 };
    const container = { container: { image: 'chaos', command }, resources: { cpu: 0.25, memory: 512 } };
    switch (target as CloudTarget) {
      case 'fargate':
        return { ...container, timeout: isEndless ? 20 : 3600, stopTimeout: 5, retryConfig: retry };
      case 'batch':
        return {
          ...container,
          compute: { type: 'fargate' },
          timeout: isEndless ? 60 : 3600,
          retryConfig: retry,
        };
      case 'codebuild':
        return {
          build: {
            image: 'aws/codebuild/amazonlinux2-x86_64-standard:5.0',
            computeType: 'BUILD_GENERAL1_SMALL',
            commands: [`exec ${command.join(' ')}`],
          },
          timeout: isEndless ? 300 : 3600,
          // Its shortest timeout is five minutes.
          retryConfig: isEndless ? { attempts: 1 } : retry,
        };
      case 'state-machine':
        return {
          stateMachineArn: toArn('states', `stateMachine:${kind}`),
          timeout: isEndless ? 20 : 3600,
          retryConfig: retry,
        };
    }
  };
}

/** What a deploy of the jobs makes, and stand-ins that have what it names. `environment` is that of all jobs. */
export function deployChaos(
  file: JobsFile,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Pick<CloudOptions, 'file' | 'deployment' | 'createServices'> {
  const jobsOn = (target: CloudTarget) => file.jobs.filter((job) => job.target === target);
  const deployment: Deployment = {
    cluster: toArn('ecs', 'cluster/chaos'),
    network: { subnets: ['subnet-0a'], securityGroups: ['sg-0c'], assignPublicIp: true },
    jobs: Object.fromEntries(
      file.jobs.flatMap((job) => {
        const deployed = toDeployed(job);
        return deployed === undefined ? [] : [[job.name, deployed]];
      }),
    ),
  };
  return {
    file,
    deployment,
    createServices(readObject) {
      const batch = createBatch({
        queues: [jobQueue],
        definitions: Object.fromEntries(
          jobsOn('batch').map((job) => [toJobDefinition(job), { command, environment }]),
        ),
      });
      const ecs = createEcs({
        clusters: ['chaos'],
        readObject,
        definitions: jobsOn('fargate').map(({ name, stopTimeout }) => ({
          family: name,
          revision: 1,
          containers: [{ name: 'job', command, environment, stopTimeoutSeconds: stopTimeout }],
        })),
      });
      const codeBuild = createCodeBuild({
        projects: jobsOn('codebuild').map(({ name }) => ({
          name,
          work: { kind: 'command', command: ['false'] },
          variables: environment,
        })),
      });
      const stepFunctions = createStepFunctions({
        machines: [
          ...jobsOn('batch').map((job) => ({
            name: job.name,
            definition: toJobMachine(
              job,
              { service: 'chaos', stage: 'test' },
              { jobQueue, jobDefinition: toJobDefinition(job) },
            ),
          })),
          ...(['work', 'endless', 'together'] as const).map((name) => ({ name, definition: ownMachine })),
        ],
        handlers: { ...batch.handlers, [runJob]: createHandler(command, environment) },
        validates: false,
      });
      const create = [ecs.create, codeBuild.create, stepFunctions.create, batch.create];
      return { ecs, codeBuild, stepFunctions, batch, create };
    },
  };
}

function toDeployed({ name, target }: Job): Deployment['jobs'][string] | undefined {
  switch (target) {
    case 'fargate':
      return { target, taskDefinition: toArn('ecs', `task-definition/${name}:1`) };
    case 'codebuild':
      return { target, project: name };
    case 'batch':
      return { target, stateMachine: toArn('states', `stateMachine:${name}`), jobQueue };
    default:
      return undefined;
  }
}

function toJobDefinition({ name }: Job): string {
  return toArn('batch', `job-definition/${name}:1`);
}

/** A state machine of the user's own: it runs one container with the event. */
const ownMachine = {
  StartAt: 'Run the job',
  States: { 'Run the job': { Type: 'Task', Resource: runJob, End: true } },
};

/** The container's environment is made of the execution's name, `<run id>-<attempt>`, and its input, the event. */
function createHandler(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): TaskHandler {
  return async (event, { executionName, signal }) => {
    const { runId, attempt } = parseToken(`${executionName}-1`) ?? {};
    const container = runContainer(command, {
      ...environment,
      STP_RUN_ID: `${runId}`,
      STP_CURRENT_ATTEMPT: `${attempt}`,
      STP_TRIGGER_EVENT_DATA: JSON.stringify(event),
    });
    signal.addEventListener('abort', () => container.stop(0), { once: true });
    if (signal.aborted) container.stop(0);
    const { exitCode, reason } = await container.ended;
    if (exitCode !== 0) throw new TaskError('States.TaskFailed', reason ?? `exit code ${exitCode}`);
    return { exitCode };
  };
}
