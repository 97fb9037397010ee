import type { Job } from '../../../jobs/schema/job.ts';
import { toJobMachine } from '../../batch-machine.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import type { Output } from '../../cloudformation/template.ts';
import { arnOf, getAtt, ref, sub, type Value } from '../../cloudformation/value.ts';
import { toNamePrefix } from '../../names.ts';
import { toValue } from '../from-jobs.ts';
import type { Declared, JobPart, Picked, StackContext } from '../part.ts';
import { toJobDefinition } from './batch-definition.ts';
import { toComputeKind, toQueueId } from './batch-kind.ts';
import { toOwnLength } from './batch-length.ts';
import { lookAtJobs, machineRoleId, toEndJobs } from './batch-machine-role.ts';
import { toMachineName } from './batch-names.ts';
import { toQueueName } from './batch-queue.ts';
import { toOwnExecutionRole } from './execution-role.ts';
import { toLogGroup, toLogGroupId } from './job-logs.ts';
import { toJobRole, toJobRoleId } from './job-role.ts';

/** A job that runs on Batch, by its state machine: with a definition of its own, or with one that is there already. */
export function toBatchJob(job: Job, context: StackContext): JobPart {
  const { name } = job;
  const run = toRun(job, context);
  const machine = toMachineName(job, context);
  const machineId = toLogicalId(name, 'StateMachine');
  return {
    resources: { ...run.resources, [machineId]: toMachine(job, machine, { run, context }) },
    outputs: {
      ...run.outputs,
      [toLogicalId(name, 'StateMachineArn')]: {
        Description: `State machine of the job ${name}`,
        Value: ref(machineId),
      },
    },
    ...toMachineCalls(machine, context),
    deployed: {
      target: 'batch',
      stateMachine: toArnText('states', `stateMachine:${machine}`),
      jobQueue: run.deployedQueue,
      ...(job.container && { ownLength: toOwnLength(job.container) }),
    },
    stateChanges: [
      { of: 'batch-job', jobQueue: run.observedQueue },
      {
        of: 'execution',
        stateMachine: { prefix: arnOf('states', `stateMachine:${toNamePrefix(context.stage)}`) },
      },
    ],
  };
}

/** What a machine submits its jobs with. */
type Run = {
  readonly resources: Readonly<Record<string, Declared>>;
  readonly outputs: Readonly<Record<string, Output>>;
  readonly jobQueue: Value;
  readonly jobDefinition: Value;
  readonly deployedQueue: string;
  /** As state changes are picked out by it. */
  readonly observedQueue: Picked;
};

function toRun(job: Job, context: StackContext): Run {
  const { name, container, resources: size, compute } = job;
  if (compute?.existing !== undefined) {
    const { jobQueueArn, jobDefinitionArn } = compute.existing;
    return {
      resources: {},
      outputs: {},
      jobQueue: toValue(jobQueueArn),
      jobDefinition: toValue(jobDefinitionArn),
      deployedQueue: jobQueueArn,
      observedQueue: toValue(jobQueueArn),
    };
  }
  const kind = toComputeKind(job);
  if (kind === undefined || container === undefined || size === undefined) {
    throw new Error(`the batch job ${name} has neither compute.existing nor all of a job of its own`);
  }
  const definition = toLogicalId(name, 'JobDefinition');
  return {
    resources: {
      [toLogGroupId(job)]: toLogGroup(job, context),
      [toJobRoleId(job)]: toJobRole(job, context),
      ...toOwnExecutionRole(job, context),
      [definition]: toJobDefinition(job, { container, size }, context),
    },
    outputs: {
      [toLogicalId(name, 'JobDefinitionArn')]: {
        Description: `Job definition of the job ${name}, with its revision`,
        Value: ref(definition),
      },
      [toLogicalId(name, 'LogGroupArn')]: {
        Description: `Log group of the job ${name}`,
        Value: getAtt(toLogGroupId(job), 'Arn'),
      },
    },
    jobQueue: ref(toQueueId(kind)),
    jobDefinition: ref(definition),
    deployedQueue: toArnText('batch', `job-queue/${toQueueName(kind, context)}`),
    observedQueue: { prefix: arnOf('batch', `job-queue/${toNamePrefix(context.stage)}`) },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html */
function toMachine(
  job: Job,
  name: string,
  made: { readonly run: Run; readonly context: StackContext },
): Declared {
  return {
    Type: 'AWS::StepFunctions::StateMachine',
    line: job.line,
    Properties: {
      StateMachineName: name,
      StateMachineType: 'STANDARD',
      RoleArn: getAtt(machineRoleId, 'Arn'),
      DefinitionString: toDefinition(job, made),
      Tags: [{ Key: 'signalbox:job', Value: job.name }],
    },
  };
}

/** Step Functions' own resources are of the partition, as in `arn:aws-cn:states:::batch:submitJob.sync`. */
function toDefinition(
  job: Job,
  { run, context }: { readonly run: Run; readonly context: StackContext },
): Value {
  const machine = toJobMachine(job, context.stage, {
    jobQueue: `\${JobQueue}`,
    jobDefinition: `\${JobDefinition}`,
  });
  const text = JSON.stringify(machine).replaceAll('"arn:aws:states:::', `"arn:\${AWS::Partition}:states:::`);
  return sub(text, { JobQueue: run.jobQueue, JobDefinition: run.jobDefinition });
}

/** An execution is started; its jobs are looked at, and ended where it leaves them alive. `machine` may end in `*`. */
export function toMachineCalls(
  machine: string,
  context: StackContext,
): Pick<JobPart, 'starting' | 'following'> {
  const executions = [arnOf('states', `execution:${machine}:*`)];
  return {
    starting: [
      { actions: ['states:StartExecution'], resources: [arnOf('states', `stateMachine:${machine}`)] },
      // Of one that has the run's name already: whether it was given the same input.
      { actions: ['states:DescribeExecution'], resources: executions },
    ],
    following: [
      { actions: ['states:DescribeExecution', 'states:StopExecution'], resources: executions },
      lookAtJobs,
      toEndJobs(context),
    ],
  };
}

/** What the functions fill in when they start. */
function toArnText(service: string, resource: string): string {
  return `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;
}
