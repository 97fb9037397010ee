import { isReference, toWritten } from '../reference.ts';
import type { JobEvent } from '../schema/event.ts';
import { any, type Glob, toGlob, toLiteral } from './glob.ts';

/** Where a job looks for what starts it, and who else may put something there. */
export type WatchedPlace = {
  /** ARNs, as a policy names them. */
  readonly arns: Glob;
  /** As a sentence names it: `the queue orders`. */
  readonly name: string;
  /** Actions that put something there that starts the job. */
  readonly actions: readonly string[];
  /** How the job can be kept from being started by what it writes. */
  readonly remedy: string;
};

/**
 * The place that an event of jobs.yml watches. Undefined for one that nobody writes to, such as a schedule, and for one
 * with a filter: what it leaves out can't be told from here, and is taken to be what the job writes.
 */
export function toWatchedPlace(event: JobEvent): WatchedPlace | undefined {
  switch (event.type) {
    case 's3':
      return toObjects(event.properties);
    case 'sqs': {
      const { sqsQueueArn: arn, sqsQueueName, filterPatterns } = event.properties;
      return toFiltered(filterPatterns, {
        arns: toArns(arn, 'sqs', sqsQueueName),
        name: `the queue ${sqsQueueName ?? toWritten(arn ?? '')}`,
        actions: ['sqs:SendMessage'],
        remedy: 'give the event filterPatterns that leave out what it sends',
      });
    }
    case 'sns': {
      const { snsTopicArn: arn, snsTopicName, filterPolicy } = event.properties;
      return toFiltered(filterPolicy, {
        arns: toArns(arn, 'sns', snsTopicName),
        name: `the topic ${snsTopicName ?? toWritten(arn ?? '')}`,
        actions: ['sns:Publish'],
        remedy: 'give the event a filterPolicy that leaves out what it publishes',
      });
    }
    case 'event-bus': {
      const { eventBusArn: arn, eventBusName, useDefaultBus } = event.properties;
      const name = eventBusName ?? (useDefaultBus ? 'default' : undefined);
      return {
        arns: toArns(arn, 'events', name, 'event-bus/'),
        name: `the event bus ${name ?? toWritten(arn ?? '')}`,
        actions: ['events:PutEvents'],
        remedy:
          'give the statement a Condition { StringEquals: { events:source: … } } with the source that it sends',
      };
    }
    case 'kinesis-stream': {
      const { streamArn, filterPatterns } = event.properties;
      return toFiltered(filterPatterns, {
        arns: toLiteral(streamArn),
        name: `the stream ${toWritten(streamArn)}`,
        actions: ['kinesis:PutRecord', 'kinesis:PutRecords'],
        remedy: 'give the event filterPatterns that leave out what it puts there',
      });
    }
    case 'dynamo-db-stream': {
      const { streamArn, filterPatterns } = event.properties;
      const table = isReference(streamArn) ? streamArn : streamArn.slice(0, streamArn.indexOf('/stream/'));
      return toFiltered(filterPatterns, {
        arns: toLiteral(table),
        name: `the table ${toWritten(table)}`,
        actions: tableActions,
        remedy: 'give the event filterPatterns that leave out what it changes',
      });
    }
    case 'cloudwatch-log': {
      const { logGroupArn, filter } = event.properties;
      const group = logGroupArn.replace(/:\*$/, '');
      return toFiltered(filter, {
        arns: [...toLiteral(group), ...toLiteral(':log-stream:'), any],
        name: `the log group ${toWritten(group)}`,
        actions: ['logs:PutLogEvents'],
        remedy: 'give the event a filter that leaves out what it logs',
      });
    }
    default:
      return undefined;
  }
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
const tableActions = [
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
];

/**
 * What makes S3 send an event of such a type; nothing that a job does makes it send the others.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
const objectActions: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ['s3:PutObject'],
  ObjectRemoved: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  ObjectRestore: ['s3:RestoreObject'],
  ObjectTagging: ['s3:PutObjectTagging', 's3:DeleteObjectTagging'],
  ObjectAcl: ['s3:PutObjectAcl'],
};

function toObjects({
  bucketArn,
  s3EventType,
  filterRule: { prefix = '', suffix = '' } = {},
}: Extract<JobEvent, { readonly type: 's3' }>['properties']): WatchedPlace | undefined {
  const actions = objectActions[s3EventType.split(':')[1] ?? ''];
  if (actions === undefined) return undefined;
  return {
    arns: [...toLiteral(bucketArn), ...toLiteral(`/${prefix}`), any, ...toLiteral(suffix)],
    name: `${toWritten(bucketArn)}/${prefix}*${suffix}`,
    actions,
    remedy: 'give filterRule a prefix that it does not write under, and the statement the one that it does',
  };
}

/** Without an ARN, a resource of that name in any account and Region. */
function toArns(arn: string | undefined, service: string, name = '', kind = ''): Glob {
  return arn === undefined ? [...toGlob(`arn:*:${service}:*:*:${kind}`), ...toLiteral(name)] : toLiteral(arn);
}

function toFiltered(filter: unknown, place: WatchedPlace): WatchedPlace | undefined {
  return filter === undefined ? place : undefined;
}
