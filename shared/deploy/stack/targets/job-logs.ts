import type { Job } from '../../../jobs/schema/job.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import type { Statement } from '../../cloudformation/statement.ts';
import { arnOf } from '../../cloudformation/value.ts';
import type { Declared, StackContext } from '../part.ts';

/** Not `<Job>LogGroup`: a job may be called sqs, as a function is. */
export function toLogGroupId({ name }: Pick<Job, 'name'>): string {
  return toLogicalId(name, 'JobLogGroup');
}

export function toLogGroupName(
  { name }: Pick<Job, 'name'>,
  { stage: { service, stage } }: StackContext,
): string {
  return `/signalbox/${service}/${stage}/${name}`;
}

/** Where a job's output goes. */
export function toLogGroup(job: Job, context: StackContext): Declared {
  return {
    Type: 'AWS::Logs::LogGroup',
    line: job.line,
    Properties: {
      LogGroupName: toLogGroupName(job, context),
      RetentionInDays: job.logging.retentionDays,
      Tags: [{ Key: 'signalbox:job', Value: job.name }],
    },
  };
}

/** What writing to it takes; with the name `*`, to those of all jobs. */
export function toWriteLogs(job: Pick<Job, 'name'>, context: StackContext): Statement {
  return {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [arnOf('logs', `log-group:${toLogGroupName(job, context)}:*`)],
  };
}
