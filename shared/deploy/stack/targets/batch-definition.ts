import type { Job } from '../../../jobs/schema/job.ts';
import { getAtt, ref } from '../../cloudformation/value.ts';
import type { Declared, StackContext } from '../part.ts';
import { toDefinitionName } from './batch-names.ts';
import { toContainerProperties, toRuntimePlatform, toStorage } from './container.ts';
import { toExecutionRoleArn } from './execution-role.ts';
import { toLogGroupId } from './job-logs.ts';
import { toJobRoleId } from './job-role.ts';
import { toNetworkValues } from './network.ts';

type Container = NonNullable<Job['container']>;
type Size = NonNullable<Job['resources']>;

/** What Batch ends an attempt after, at least. https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html */
const shortestTimeout = 60;

/**
 * A job definition. A change makes a new revision of it; the ones before stay active, as an execution goes on with the
 * one that it began with.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-jobdefinition.html
 */
export function toJobDefinition(
  job: Job,
  { container, size }: { readonly container: Container; readonly size: Size },
  context: StackContext,
): Declared {
  const onFargate = job.compute?.type === 'fargate';
  return {
    Type: 'AWS::Batch::JobDefinition',
    line: job.line,
    UpdateReplacePolicy: 'Retain',
    DeletionPolicy: 'Delete',
    Properties: {
      JobDefinitionName: toDefinitionName(job, context),
      Type: 'container',
      PlatformCapabilities: [onFargate ? 'FARGATE' : 'EC2'],
      ContainerProperties: {
        ...toContainer(job, container),
        ResourceRequirements: toRequirements(size),
        ...(onFargate && toFargateProperties(size, context)),
      },
      // The attempts are counted by its state machine.
      RetryStrategy: { Attempts: 1 },
      Timeout: { AttemptDurationSeconds: Math.max(shortestTimeout, job.timeout) },
      ResourceRetentionPolicy: { SkipDeregisterOnUpdate: true },
      PropagateTags: true,
      Tags: { 'signalbox:job': job.name },
    },
  };
}

function toContainer(job: Job, container: Container): object {
  return {
    ...toContainerProperties(container),
    JobRoleArn: getAtt(toJobRoleId(job), 'Arn'),
    ExecutionRoleArn: toExecutionRoleArn(job),
    LogConfiguration: {
      LogDriver: 'awslogs',
      Options: {
        'awslogs-group': ref(toLogGroupId(job)),
        'awslogs-region': ref('AWS::Region'),
        'awslogs-stream-prefix': 'run',
      },
    },
  };
}

/** In text, as Batch has it. https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html */
function toRequirements({ cpu, memory, gpu }: Size): readonly object[] {
  return [
    { Type: 'VCPU', Value: String(cpu) },
    { Type: 'MEMORY', Value: String(memory) },
    ...(gpu === undefined ? [] : [{ Type: 'GPU', Value: String(gpu) }]),
  ];
}

function toFargateProperties(size: Size, context: StackContext): object {
  const { assignPublicIp } = toNetworkValues(context);
  return {
    NetworkConfiguration: { AssignPublicIp: assignPublicIp ? 'ENABLED' : 'DISABLED' },
    RuntimePlatform: toRuntimePlatform(size),
    ...toStorage(size),
  };
}
