import type { Job } from '../../../jobs/schema/job.ts';
import type { Statement } from '../../cloudformation/statement.ts';
import { arnOf, ref, type Value } from '../../cloudformation/value.ts';
import { toStackName } from '../../names.ts';
import { toValue } from '../from-jobs.ts';
import type { Declared, StackContext } from '../part.ts';
import { toServiceRole } from '../service-role.ts';
import { toComputeKind } from './batch-kind.ts';
import { toDefinitionName, toDefinitionResources } from './batch-names.ts';
import { toQueueName } from './batch-queue.ts';

export const machineRoleId = 'BatchMachineRole';

/** More than that are allowed by what their names begin with, as a role's policies have 10,240 characters. */
const mostNamed = 25;

/** What the machines of a stack's Batch jobs do, by their states (shared/targets/batch/machine-submit.ts). */
export function toMachineRole(context: StackContext): Declared {
  const { service, stage } = context.stage;
  return toServiceRole('states.amazonaws.com', toMachineStatements(context), {
    StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
    ArnLike: { 'aws:SourceArn': arnOf('states', `stateMachine:${service}-${stage}-*`) },
  });
}

function toMachineStatements(context: StackContext): readonly Statement[] {
  const jobs = context.file.jobs.filter(({ target }) => target === 'batch');
  return [
    {
      actions: ['batch:SubmitJob'],
      resources: [...toQueues(jobs, context), ...toDefinitions(jobs, context), arnOf('batch', 'job/*')],
    },
    {
      // For the tags that it submits jobs with. Batch has no key that tells those from tags that are given later; so much
      // is sure that no job becomes another stack's, whose roles may end it.
      actions: ['batch:TagResource'],
      resources: [arnOf('batch', 'job/*')],
      condition: { StringEquals: { 'aws:RequestTag/signalbox:stack': toStackName(context.stage) } },
    },
    // When an execution is stopped, Step Functions ends the job that it waits for.
    { ...toEndJobs(context), actions: ['batch:TerminateJob'] },
    lookAtJobs,
    {
      // How Step Functions hears of the end of a job: a rule of its own.
      actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      resources: [arnOf('events', 'rule/StepFunctionsGetEventsForBatchJobsRule')],
    },
  ];
}

/** ListJobs and DescribeJobs. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html */
export const lookAtJobs: Statement = {
  actions: ['batch:DescribeJobs', 'batch:ListJobs'],
  anyResource: 'Batch knows no resource for its lists and descriptions of jobs',
};

/** Jobs have no names in their ARNs; those of this stack are known by the tag that their machine gives them. */
export function toEndJobs({ stage }: StackContext): Statement {
  return {
    actions: ['batch:CancelJob', 'batch:TerminateJob'],
    resources: [arnOf('batch', 'job/*')],
    condition: { StringEquals: { 'aws:ResourceTag/signalbox:stack': toStackName(stage) } },
  };
}

function toQueues(jobs: readonly Job[], context: StackContext): readonly Value[] {
  return jobs.flatMap((job) => {
    const kind = toComputeKind(job);
    if (kind !== undefined) return [arnOf('batch', `job-queue/${toQueueName(kind, context)}`)];
    const { existing } = job.compute ?? {};
    return existing === undefined ? [] : [toValue(existing.jobQueueArn)];
  });
}

/** Those of an execution that began before a deploy as well: revisions of the same definition. */
function toDefinitions(jobs: readonly Job[], context: StackContext): readonly Value[] {
  const own = jobs.filter(({ compute }) => compute?.existing === undefined);
  const { service, stage } = context.stage;
  const names =
    own.length > mostNamed ? [`${service}-${stage}-*`] : own.map((job) => toDefinitionName(job, context));
  const existing = jobs.flatMap(({ compute }) => compute?.existing?.jobDefinitionArn ?? []);
  return [
    ...names.map((name) => arnOf('batch', `job-definition/${name}:*`)),
    ...existing.flatMap(toDefinitionResources),
  ];
}
