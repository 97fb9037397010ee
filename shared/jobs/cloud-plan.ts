import type { FargateWork, Plan, Work } from '../runs/plan.ts';
import { freeInterruptions, toLongestSeconds } from '../runs/retry.ts';
import type { DeployedJob, Deployment } from './deployment.ts';
import { mainContainerName } from './main-container.ts';
import { toRetry } from './retry-plan.ts';
import type { RunnableJob } from './runnable.ts';

/** The plan of a run in AWS. A job that the deployment doesn't have gets one whose starts are refused, with the reason. */
export function toCloudPlan(job: RunnableJob, deployment: Deployment): Plan {
  const work = toWork(job, deployment);
  const retry = toRetry(job);
  const plan = {
    work,
    retry,
    timeoutSeconds: job.timeout,
    startTimeoutSeconds: job.startTimeout,
    stopTimeoutSeconds: job.stopTimeout,
    ...(job.maxRunsPerHour !== undefined && { maxRunsPerHour: job.maxRunsPerHour }),
    ...(job.onFailure && { onFailure: job.onFailure }),
  };
  if (work.target !== 'batch') return plan;
  // Its state machine keeps the attempts: to the engine, all of them are one.
  return {
    ...plan,
    retry: { ...retry, attempts: 1 },
    timeoutSeconds: toExecutionSeconds(job),
  };
}

/** The longest that the execution of a Batch job's machine can take: all of its attempts, with what interrupts them. */
export function toExecutionSeconds(job: RunnableJob): number {
  const interruptions = job.useSpotInstances ? freeInterruptions : 0;
  return toLongestSeconds(toRetry(job), job.timeout, job.startTimeout, interruptions);
}

function toWork(job: RunnableJob, deployment: Deployment): Work {
  const deployed = deployment.jobs[job.name];
  switch (job.target) {
    case 'fargate':
      return toFargateWork(job, deployment, deployed) ?? notDeployed(job);
    case 'codebuild':
      return toCodeBuildWork(job, deployed) ?? notDeployed(job);
    case 'batch':
      return deployed?.target === 'batch'
        ? {
            target: 'batch',
            stateMachine: deployed.stateMachine,
            jobQueue: deployed.jobQueue,
            retry: toRetry(job),
            tryTimeoutSeconds: job.timeout,
            tryStartTimeoutSeconds: job.startTimeout,
            ...(deployed.ownLength !== undefined && { ownLength: deployed.ownLength }),
          }
        : notDeployed(job);
    case 'state-machine':
      return job.stateMachineArn === undefined
        ? notDeployed(job)
        : {
            target: 'state-machine',
            stateMachine: job.stateMachineArn,
            waitsForEnd: job.waitForEnd ?? true,
          };
    case 'process':
      return {
        target: 'none',
        reason: `job ${job.name} has the target process, which runs on a laptop only`,
      };
  }
}

function notDeployed({ name, target }: RunnableJob): Work {
  return {
    target: 'none',
    reason: `nothing is deployed for the ${target} job ${name}: deploy jobs.yml again`,
  };
}

function toFargateWork(
  job: RunnableJob,
  { cluster, network }: Deployment,
  deployed: DeployedJob | undefined,
): FargateWork | undefined {
  const runsIn = job.clusterArn ?? cluster;
  if (runsIn === undefined || network === undefined) return undefined;
  const isSpot = job.useSpotInstances ?? false;
  const common = { target: 'fargate', cluster: runsIn, network, isSpot } as const;
  if (job.taskDefinitionArn !== undefined) {
    const overrides = toOverrides(job);
    return {
      ...common,
      taskDefinition: job.taskDefinitionArn,
      container: job.containerName ?? mainContainerName,
      ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
    };
  }
  if (deployed?.target !== 'fargate') return undefined;
  return {
    ...common,
    taskDefinition: deployed.taskDefinition,
    container: mainContainerName,
    environmentFiles: [],
    ...(deployed.logs ? { logs: deployed.logs } : {}),
  };
}

/** Of somebody else's definition; that of the stack says all of this itself. */
function toOverrides({
  resources,
  taskRoleArn,
  executionRoleArn,
}: RunnableJob): NonNullable<FargateWork['overrides']> {
  return {
    ...(resources && { cpu: resources.cpu, memory: resources.memory }),
    ...(resources?.storage !== undefined && { storage: resources.storage }),
    ...(taskRoleArn !== undefined && { taskRoleArn }),
    ...(executionRoleArn !== undefined && { executionRoleArn }),
  };
}

function toCodeBuildWork(
  { projectName, build }: RunnableJob,
  deployed: DeployedJob | undefined,
): Work | undefined {
  if (projectName !== undefined) return { target: 'codebuild', project: projectName };
  if (deployed?.target !== 'codebuild' || build === undefined) return undefined;
  const { image, computeType, commands } = build;
  const overrides = { image, computeType, buildspec: toBuildspec(commands) };
  return { target: 'codebuild', project: deployed.project, overrides };
}

/** In JSON, which is YAML too. https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html */
export function toBuildspec(commands: readonly string[]): string {
  return JSON.stringify({ version: 0.2, phases: { build: { commands } } });
}
