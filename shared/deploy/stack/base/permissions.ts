import type { JobEvent } from '../../../jobs/schema/event.ts';
import type { JobsFile } from '../../../jobs/schema/file.ts';
import type { Job } from '../../../jobs/schema/job.ts';
import { arnOf, getAtt, sub, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { type FunctionName, toFunctionNames } from '../function-name.ts';
import { ids } from '../ids.ts';
import type { Permission, StackContext } from '../part.ts';
import type { JobWithPart } from '../stack.ts';
import { toTargets } from './names.ts';
import { toAsynchronous } from './undelivered.ts';
import { toWakeQueueId } from './wake-queues.ts';

/** Go on with runs, whatever they came from: shared/lambda/line.ts. */
const line: readonly FunctionName[] = ['wake', 'sweep', 'state-change'];

/** Do what a person asks of a run: shared/router/commands.ts. */
const commanded: readonly FunctionName[] = ['manual', 'runs-api'];

/** What each function needs of what every stack has. */
export function toBasePermissions(
  context: StackContext,
  jobs: readonly JobWithPart[],
): readonly Permission[] {
  return [
    ...toLedgerPermissions(context.file),
    ...toPayloadPermissions(context.file),
    ...toWakePermissions(context.file, jobs),
    ...toAnnouncementPermissions(context.file, jobs),
    {
      functions: toAsynchronous(context),
      statement: { actions: ['sqs:SendMessage'], resources: [getAtt(ids.undelivered, 'Arn')] },
    },
  ];
}

/** Those that accept runs: of events, of commands, and of what a person started by hand. */
function toAccepting(file: JobsFile): readonly FunctionName[] {
  return toFunctionNames(file).filter((name) => name !== 'wake' && name !== 'sweep');
}

/**
 * Those that remove what they stored of an event when it turns out that it was taken before. What a person started by
 * hand is only accepted when it isn't known.
 */
function toDropping(file: JobsFile): readonly FunctionName[] {
  return toAccepting(file).filter((name) => name !== 'state-change');
}

/**
 * shared/ledgers/dynamodb: what is queried is the ranges of a shard, and the indexes. Of Kinesis alone are deliveries
 * claimed by the places that they have in a shard: records of DynamoDB don't name theirs.
 */
function toLedgerPermissions(file: JobsFile): readonly Permission[] {
  const table = getAtt(ids.ledger, 'Arn');
  const allow = (
    functions: readonly FunctionName[],
    actions: readonly string[],
    resources: readonly Value[],
  ) => ({
    functions,
    statement: { actions: actions.map((action) => `dynamodb:${action}`), resources },
  });
  return [
    allow(toFunctionNames(file), ['GetItem', 'UpdateItem'], [table]),
    allow(toAccepting(file), ['PutItem'], [table]),
    allow(toDropping(file), ['DeleteItem'], [table]),
    allow(['kinesis-stream'], ['Query'], [table]),
    allow(['sweep'], ['Query'], [toIndex('by-due')]),
    allow(['runs-api'], ['BatchGetItem'], [table]),
    allow(['runs-api'], ['Query'], [toIndex('by-job'), toIndex('by-status')]),
  ];
}

function toIndex(name: string): Value {
  return sub(`\${${ids.ledger}.Arn}/index/${name}`);
}

/**
 * An event is removed only by whoever stored it and was not the first to; one of a state change is too small to be
 * stored there when it is accepted. Nobody lists the bucket, which has nothing else in it: to be allowed to lets S3 say
 * of an object that it is not there, in place of AccessDenied. Those need it who go on with runs, and replay them; what a
 * trigger is denied is left to them. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
function toPayloadPermissions(file: JobsFile): readonly Permission[] {
  const objects = [sub(`\${${ids.payloads}.Arn}/payloads/*`)];
  return [
    {
      functions: toFunctionNames(file),
      statement: { actions: ['s3:GetObject', 's3:PutObject'], resources: objects },
    },
    {
      functions: [...line, ...commanded],
      statement: { actions: ['s3:ListBucket'], resources: [getAtt(ids.payloads, 'Arn')] },
    },
    {
      functions: toDropping(file),
      statement: { actions: ['s3:DeleteObject'], resources: objects },
    },
  ];
}

/** A trigger sends to the queues of the targets that its jobs run on; SQS knows no action for a batch. */
function toWakePermissions(file: JobsFile, jobs: readonly JobWithPart[]): readonly Permission[] {
  const allow = (name: FunctionName, actions: readonly string[]): readonly Permission[] => {
    const queues = toTargets(toJobsOf(name, jobs)).map((target) => getAtt(toWakeQueueId(target), 'Arn'));
    return queues.length === 0 ? [] : [{ functions: [name], statement: { actions, resources: queues } }];
  };
  return [
    ...toFunctionNames(file).flatMap((name) => allow(name, ['sqs:SendMessage'])),
    ...allow('wake', ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage']),
  ];
}

/**
 * Those whose runs a function may start or follow: a trigger has those that its source starts, the others have all.
 * What a person asks for may be of any job.
 */
export function toJobsOf(name: FunctionName, jobs: readonly JobWithPart[]): readonly JobWithPart[] {
  if (isForAllJobs(name)) return jobs;
  return jobs.filter(({ job }) => job.events.some(({ type }) => isOf(type, name)));
}

/** The others are triggers. */
export function isForAllJobs(name: FunctionName): boolean {
  return line.includes(name) || commanded.includes(name);
}

function isOf(type: JobEvent['type'], name: FunctionName): boolean {
  return type === name;
}

/**
 * Triggers leave announcements to others. Of what a person asks for only the bus hears; that a run failed for good is
 * found by those who go on with it.
 */
function toAnnouncementPermissions(
  { announcements }: JobsFile,
  jobs: readonly JobWithPart[],
): readonly Permission[] {
  const bus = toBusArn(announcements);
  return [
    ...(bus === undefined
      ? []
      : [
          {
            functions: [...line, ...commanded],
            statement: { actions: ['events:PutEvents'], resources: [bus] },
          },
        ]),
    ...jobs.flatMap(({ job: { onFailure } }) =>
      onFailure === undefined ? [] : [{ functions: line, statement: toReport(onFailure) }],
    ),
  ];
}

function toBusArn(announcements: JobsFile['announcements']): Value | undefined {
  if (announcements === 'none') return undefined;
  if ('eventBusArn' in announcements) return toValue(announcements.eventBusArn);
  const name = 'eventBusName' in announcements ? announcements.eventBusName : 'default';
  return arnOf('events', `event-bus/${name}`);
}

const reporting = { sqs: 'sqs:SendMessage', sns: 'sns:Publish', 'event-bus': 'events:PutEvents' } as const;

function toReport({ type, arn }: NonNullable<Job['onFailure']>): Permission['statement'] {
  return { actions: [reporting[type]], resources: [toValue(arn)] };
}
