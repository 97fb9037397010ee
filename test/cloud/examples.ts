import { fileURLToPath } from 'node:url';
import { toJobMachine } from '../../shared/deploy/batch-machine.ts';
import type { Deployment } from '../../shared/jobs/deployment.ts';
import type { JobsFile } from '../../shared/jobs/schema/file.ts';
import type { Job } from '../../shared/jobs/schema/job.ts';
import { createBatch } from '../stand-in/batch.ts';
import { createCodeBuild } from '../stand-in/codebuild.ts';
import { account, region } from '../stand-in/core.ts';
import { createEcs } from '../stand-in/ecs.ts';
import { createStepFunctions } from '../stand-in/step-functions.ts';
import type { CloudOptions } from './cloud.ts';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const toArn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
const jobQueue = toArn('batch', 'job-queue/examples');

/** What a deploy of examples/cloud-jobs.yml makes: the deployment, and stand-ins that have what it names. */
export function deployExamples(file: JobsFile): Pick<CloudOptions, 'file' | 'deployment' | 'createServices'> {
  const deployment: Deployment = {
    cluster: toArn('ecs', 'cluster/examples'),
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
    createServices(readObject, variables) {
      const batch = createBatch({
        queues: [jobQueue],
        definitions: Object.fromEntries(
          jobsOn('batch').map((job) => [
            toJobDefinition(job),
            { command: toCommand(job), environment: variables() },
          ]),
        ),
      });
      const ecs = createEcs({
        clusters: ['examples'],
        readObject,
        definitions: jobsOn('fargate').map((job) => ({
          family: `examples-${job.name}`,
          revision: 1,
          containers: [
            {
              name: 'job',
              command: toCommand(job),
              environment: variables(),
              stopTimeoutSeconds: job.stopTimeout,
            },
          ],
        })),
      });
      const codeBuild = createCodeBuild({
        projects: jobsOn('codebuild').map(({ name }) => ({
          name: `examples-${name}`,
          work: { kind: 'command', command: ['false'] },
          variables: { EXAMPLES: examples },
        })),
        provisioningMs: 200,
      });
      const stepFunctions = createStepFunctions({
        machines: [
          ...jobsOn('batch').map((job) => ({
            name: `examples-${job.name}`,
            definition: toJobMachine(
              job,
              { service: 'examples', stage: 'test' },
              { jobQueue, jobDefinition: toJobDefinition(job) },
            ),
          })),
          { name: 'shipping-label', definition: shippingLabel },
        ],
        handlers: batch.handlers,
      });
      const create = [ecs.create, codeBuild.create, stepFunctions.create, batch.create];
      return { ecs, codeBuild, stepFunctions, batch, create };
    },
  };

  function jobsOn(target: Job['target']): readonly Job[] {
    return file.jobs.filter((job) => job.target === target);
  }
}

function toDeployed({ name, target }: Job): Deployment['jobs'][string] | undefined {
  switch (target) {
    case 'fargate':
      return {
        target,
        taskDefinition: toArn('ecs', `task-definition/examples-${name}:1`),
        logs: { group: '/examples', streamPrefix: name },
      };
    case 'codebuild':
      return { target, project: `examples-${name}` };
    case 'batch':
      return { target, stateMachine: toArn('states', `stateMachine:examples-${name}`), jobQueue };
    default:
      return undefined;
  }
}

function toJobDefinition({ name }: Job): string {
  return toArn('batch', `job-definition/examples-${name}:1`);
}

/** The image of the examples has them in its working directory; here they lie in their folder. */
function toCommand({ container }: Job): readonly string[] {
  return (container?.command ?? []).map((part) => (part.endsWith('.mjs') ? `${examples}/${part}` : part));
}

const shippingLabel = {
  StartAt: 'Read the order',
  States: {
    'Read the order': {
      Type: 'Pass',
      Parameters: { 'order.$': '$.records[0].data.body.order', 'city.$': '$.records[0].data.body.city' },
      Next: 'Print the label',
    },
    'Print the label': { Type: 'Wait', Seconds: 1, End: true },
  },
};
