import { mainContainerName } from '../../../jobs/main-container.ts';
import type { Job } from '../../../jobs/schema/job.ts';
import { getAtt, ref, type Value } from '../../cloudformation/value.ts';
import { toContainerProperties, toRuntimePlatform, toStorage } from './container.ts';
import { toExecutionRoleArn } from './execution-role.ts';
import { toLogGroupId } from './job-logs.ts';
import { toJobRoleId } from './job-role.ts';

/** Streams are `run/<container>/<task id>`. */
export const streamPrefix = 'run';

type Container = NonNullable<Job['container']>;
type Size = NonNullable<Job['resources']>;

/**
 * What a task is made of, without its name.
 *
 * The task is the job's container: when that ends, so do the others. A sidecar that ends takes nothing with it, as it
 * may have been there to prepare something; what the job can't do without is for the job to notice. The job starts
 * after its sidecars have, fails to start when one of them does, and is stopped before them.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
 */
export function toTaskDefinition(
  job: Job,
  container: Container,
  size: Size,
): Readonly<Record<string, unknown>> {
  const { sidecars = [] } = job;
  return {
    RequiresCompatibilities: ['FARGATE'],
    NetworkMode: 'awsvpc',
    Cpu: String(size.cpu * 1024),
    Memory: String(size.memory),
    ...toStorage(size),
    RuntimePlatform: toRuntimePlatform(size),
    TaskRoleArn: getAtt(toJobRoleId(job), 'Arn'),
    ExecutionRoleArn: toExecutionRoleArn(job),
    ContainerDefinitions: [
      {
        Name: mainContainerName,
        Essential: true,
        ...toContainer(job, container),
        StopTimeout: job.stopTimeout,
        ...(sidecars.length > 0 && {
          DependsOn: sidecars.map(({ name }) => ({ ContainerName: name, Condition: 'START' })),
        }),
      },
      ...sidecars.map((sidecar) => ({ Name: sidecar.name, Essential: false, ...toContainer(job, sidecar) })),
    ],
  };
}

function toContainer(job: Job, container: Container): object {
  return {
    ...toContainerProperties(container),
    LogConfiguration: { LogDriver: 'awslogs', Options: toLogOptions(job) },
  };
}

/**
 * Not blocking: a job that has to wait whenever CloudWatch Logs is slow or away may run into its timeout and be run again,
 * all for the sake of its output. What became of it is in the ledger anyway. Lines are lost only while 25 MB of them wait,
 * the size that AWS measured to be enough for all but the most talkative. Said outright, as the account may have another
 * default.
 * https://aws.amazon.com/blogs/containers/preventing-log-loss-with-non-blocking-mode-in-the-awslogs-container-log-driver/
 */
function toLogOptions(job: Job): Readonly<Record<string, Value>> {
  return {
    'awslogs-group': ref(toLogGroupId(job)),
    'awslogs-region': ref('AWS::Region'),
    'awslogs-stream-prefix': streamPrefix,
    mode: 'non-blocking',
    'max-buffer-size': '25m',
  };
}
