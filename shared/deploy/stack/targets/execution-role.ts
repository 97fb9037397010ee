import type { Job } from '../../../jobs/schema/job.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { type Statement, toPolicyStatements } from '../../cloudformation/statement.ts';
import { getAtt, sub, type Value } from '../../cloudformation/value.ts';
import { ids } from '../ids.ts';
import type { Declared, StackContext } from '../part.ts';
import { toDocument, toRolePolicies } from '../role-policies.ts';
import { toImageStatements } from './image-statements.ts';
import { toWriteLogs } from './job-logs.ts';
import { toSecretStatements } from './secret-statements.ts';

/** Not `…Role`: a job may be called anything. */
const sharedId = 'SharedExecution';

/** What ECS does for a job's containers before they run: pulls images, reads secrets and events, writes logs. */
export function toExecutionRoleArn(job: Job): Value {
  return getAtt(hasSecrets(job) ? toOwnId(job) : sharedId, 'Arn');
}

/** That of a job with secrets, which no other job's containers may get; others share one. */
export function toOwnExecutionRole(job: Job, context: StackContext): Readonly<Record<string, Declared>> {
  if (!hasSecrets(job)) return {};
  const role = toRole(toOwnId(job), context, {
    jobs: [job],
    scope: job.name,
    Description: `What ECS does for the job ${job.name} before it runs`,
    Tags: [{ Key: 'signalbox:job', Value: job.name }],
  });
  return Object.fromEntries(
    Object.entries(role).map(([id, resource]) => [id, { ...resource, line: job.line }]),
  );
}

/**
 * That of all other jobs that run in a container of the stack. It is there, and for the images of all, even if each has
 * secrets: a run that waits goes on with the definition from before its job had any, which names this one.
 */
export function toSharedExecutionRole(context: StackContext): Readonly<Record<string, Declared>> {
  const jobs = context.file.jobs.filter((job) => job.container !== undefined);
  if (jobs.length === 0) return {};
  return toRole(sharedId, context, {
    jobs,
    scope: '*',
    Description: 'What ECS does for jobs before they run',
  });
}

function toOwnId({ name }: Job): string {
  return toLogicalId(name, 'ExecutionRole');
}

function hasSecrets(job: Job): boolean {
  return toContainers(job).some(({ secrets }) => secrets !== undefined);
}

function toContainers({ container, sidecars = [] }: Job) {
  return container === undefined ? [] : [container, ...sidecars];
}

type Purpose = {
  readonly jobs: readonly Job[];
  /** The job whose logs and events they are, or `*`. */
  readonly scope: string;
  readonly Description: string;
  readonly Tags?: readonly unknown[];
};

function toRole(
  id: string,
  context: StackContext,
  { jobs, scope, ...others }: Purpose,
): Readonly<Record<string, Declared>> {
  const { service, stage } = context.stage;
  const Path = `/signalbox/${service}/${stage}/execution/`;
  const { properties, policies } = toRolePolicies(toPolicyStatements(toStatements(jobs, scope, context)), {
    name: 'execution',
    Path,
    toPolicyId: (number) => `${id}Policy${number}`,
    whose: 'the role that ECS pulls images and reads secrets with',
    expected: 'images of fewer repositories, or jobs in several services',
  });
  const role: Declared = {
    Type: 'AWS::IAM::Role',
    Properties: {
      Path,
      ...others,
      AssumeRolePolicyDocument: toDocument([
        { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]),
      ...properties,
    },
  };
  return { ...policies, [id]: role };
}

function toStatements(jobs: readonly Job[], scope: string, context: StackContext): readonly Statement[] {
  const containers = jobs.flatMap(toContainers);
  const payloads = getAtt(ids.payloads, 'Arn');
  return [
    ...toImageStatements(containers.map(({ image }) => image)),
    toWriteLogs({ name: scope }, context),
    // Events too big for an override are files, on Fargate:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
    ...(jobs.some(({ target }) => target === 'fargate')
      ? [
          { actions: ['s3:GetObject'], resources: [sub(`\${${ids.payloads}.Arn}/payloads/${scope}/*`)] },
          { actions: ['s3:GetBucketLocation'], resources: [payloads] },
        ]
      : []),
    ...toSecretStatements(
      scope === '*' ? [] : containers.flatMap(({ secrets = [] }) => secrets.map((each) => each.valueFrom)),
    ),
  ];
}
