import type { Job } from '../../../jobs/schema/job.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { type Statement, toPolicyStatements } from '../../cloudformation/statement.ts';
import { ref, sub } from '../../cloudformation/value.ts';
import { toValues } from '../from-jobs.ts';
import { ids } from '../ids.ts';
import type { Declared, StackContext } from '../part.ts';
import { refuseTooLong, toDocument } from '../role-policies.ts';

/** Not `<Job>Role`: a job may be called sqs, as a function is. */
export function toJobRoleId({ name }: Pick<Job, 'name'>): string {
  return toLogicalId(name, 'JobRole');
}

/**
 * What runs jobs. Each role trusts both, as a job that is moved from one to the other has runs that still go on with the
 * role, which a task takes on again whenever its credentials are about to expire.
 */
const services = ['codebuild.amazonaws.com', 'ecs-tasks.amazonaws.com'];

/**
 * What the job itself may do: read its own events from the payload bucket, what jobs.yml says, and what the service that
 * runs it needs of this role.
 */
export function toJobRole(
  job: Job,
  { stage: { service, stage } }: StackContext,
  statements: readonly Statement[] = [],
): Declared {
  const { line, name } = job;
  const events: Statement = {
    actions: ['s3:GetObject'],
    resources: [sub(`\${${ids.payloads}.Arn}/payloads/${name}/*`)],
  };
  const document = toDocument([
    ...toPolicyStatements([events, ...statements]),
    ...(job.iamRoleStatements ?? []).map(toValues),
  ]);
  refuseTooLong(document, {
    line,
    whose: `the role of the job ${name}`,
    expected:
      'iamRoleStatements that say the same with less: several with the same actions or resources as one, or names with "*" for many alike',
  });
  return {
    Type: 'AWS::IAM::Role',
    line,
    Properties: {
      Path: `/signalbox/${service}/${stage}/job/`,
      Description: `What runs of the job ${name} may do`,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: services },
            Action: 'sts:AssumeRole',
            // For nobody else's account: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
            Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
          },
        ],
      },
      Policies: [{ PolicyName: 'job', PolicyDocument: document }],
      Tags: [{ Key: 'signalbox:job', Value: name }],
    },
  };
}
