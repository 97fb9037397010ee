import { isObject } from '../events/json.ts';
import type { SourceName } from '../events/trigger-event.ts';
import { type Marked, openMarker } from './marker.ts';
import { type Fields, showText } from './reading/fields.ts';
import { EventParseError } from './source.ts';

/** What a payload looks like, for a message; `source` when it's one of ours. */
export type Lookalike = { readonly name: string; readonly source?: SourceName };

/**
 * Told by what a payload plainly has, and nothing more: its source still has to parse it, and may refuse it.
 * `undefined` when it looks like nothing that is known. A REST API's event that a local emulator gave the version
 * "1.0" can't be told from one of an HTTP API.
 */
export function nameLookalike(payload: unknown): Lookalike | undefined {
  if (!isObject(payload)) return undefined;
  return nameRecords(payload) ?? nameRequest(payload) ?? nameBridged(payload) ?? nameOther(payload);
}

/** Throws EventParseError for a payload that plainly comes from somewhere else; `expected` is what would be right. */
export function refuseLookalike(source: SourceName, payload: unknown, expected: string): void {
  const lookalike = nameLookalike(payload);
  if (lookalike === undefined || lookalike.source === source) return;
  throw new EventParseError(source, `the payload looks like ${lookalike.name}, expected ${expected}`);
}

/** The same for a payload that was opened already. */
export function refuseStranger(
  source: 'event-bus' | 'schedule',
  payload: unknown,
  opened: Marked | undefined,
  expected: string,
): void {
  const isItsOwn = opened?.source === source && isObject(payload);
  if (isItsOwn && (nameRecords(payload) ?? nameRequest(payload)) === undefined) return;
  refuseLookalike(source, payload, expected);
}

/** What the payload looks like that a record is from. */
export function nameRecord(record: unknown): Lookalike | undefined {
  if (!isObject(record)) return undefined;
  const isOfCloudFront = isObject(record['cf']);
  return (
    recordSources.get(eventSourceOf(record)) ??
    (isOfCloudFront ? { name: 'an event of CloudFront' } : undefined)
  );
}

/** SNS spells it with a capital letter. */
export function eventSourceOf(record: unknown): unknown {
  return isObject(record) ? (record['eventSource'] ?? record['EventSource']) : undefined;
}

/** The names of what a payload has, the first few of them, for one that looks like nothing. */
export function showKeys(payload: Fields): string {
  const keys = Object.keys(payload);
  if (keys.length === 0) return 'nothing in it';
  const more = keys.length > 8 ? ` and ${keys.length - 8} more` : '';
  return `${keys.slice(0, 8).map(showText).join(', ')}${more}`;
}

/** By the first record. The last payload of a tumbling window may have none, but says which stream it is about. */
function nameRecords(payload: Fields): Lookalike | undefined {
  const records = payload['Records'];
  if (!Array.isArray(records)) return undefined;
  return records.length === 0 ? nameWindow(payload['eventSourceARN']) : nameRecord(records[0]);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html */
function nameWindow(streamArn: unknown): Lookalike | undefined {
  const service = typeof streamArn === 'string' ? streamArn.split(':', 3)[2] : undefined;
  const isStream = service === 'kinesis' || service === 'dynamodb';
  return isStream ? recordSources.get(`aws:${service}`) : undefined;
}

const recordSources: ReadonlyMap<unknown, Lookalike> = new Map<string, Lookalike>([
  ['aws:sqs', { name: 'an SQS event', source: 'sqs' }],
  ['aws:sns', { name: 'an SNS event', source: 'sns' }],
  ['aws:s3', { name: 'an S3 event', source: 's3' }],
  ['aws:kinesis', { name: 'a Kinesis event', source: 'kinesis-stream' }],
  ['aws:dynamodb', { name: 'a DynamoDB stream event', source: 'dynamo-db-stream' }],
  ['aws:codecommit', { name: 'a CodeCommit event' }],
  ['aws:ses', { name: 'an SES event' }],
]);

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function nameRequest(payload: Fields): Lookalike | undefined {
  const { type, version } = payload;
  if (
    (type === 'REQUEST' || type === 'TOKEN') &&
    (hasAll(payload, ['methodArn']) || hasAll(payload, ['routeArn']))
  ) {
    return { name: 'a request to a Lambda authorizer' };
  }
  const context = payload['requestContext'];
  if (!isObject(context)) return undefined;
  if (isObject(context['elb'])) {
    return { name: 'an event of an Application Load Balancer', source: 'application-load-balancer' };
  }
  if (hasAll(context, ['connectionId'])) return { name: 'an event of a WebSocket API' };
  if (hasAll(context, ['serviceNetworkArn'])) return { name: 'an event of VPC Lattice' };
  if (isOfFunctionUrl(payload, context)) return { name: 'an event of a Lambda function URL' };
  const hasMethod = typeof payload['httpMethod'] === 'string';
  if (version === '2.0' && isObject(context['http'])) return httpApi;
  if (version === '1.0' && hasMethod) return httpApi;
  if (version === 2 && hasMethod) return { name: 'an event of the beta of HTTP APIs, of December 2019' };
  const isOfRestApi = (version ?? undefined) === undefined && hasMethod && hasAll(payload, ['resource']);
  return isOfRestApi ? { name: 'an event of a REST API' } : undefined;
}

const httpApi: Lookalike = { name: 'an event of an HTTP API', source: 'http-api-gateway' };

/**
 * They say 2.0, as those of an HTTP API do. Their domain tells; where it's missing, the host that was asked for, or
 * that the account is `anonymous`, as it is for callers that need not sign.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
function isOfFunctionUrl(payload: Fields, context: Fields): boolean {
  const headers = payload['headers'];
  const domain = context['domainName'] ?? (isObject(headers) ? headers['host'] : undefined);
  const isItsDomain =
    typeof domain === 'string' && domain.includes('.lambda-url.') && domain.endsWith('.on.aws');
  return isItsDomain || context['accountId'] === 'anonymous';
}

function nameBridged(payload: Fields): Lookalike | undefined {
  const source = openMarker(payload)?.source;
  return source && { name: bridgedNames[source], source };
}

const bridgedNames: Readonly<Record<Marked['source'], string>> = {
  schedule: 'a tick of a schedule',
  'event-bus': 'an event of EventBridge',
  s3: 'a change of an object in S3',
};

function nameOther(payload: Fields): Lookalike | undefined {
  const { awslogs, job } = payload;
  if (isObject(awslogs) && typeof awslogs['data'] === 'string') {
    return { name: 'a CloudWatch Logs event', source: 'cloudwatch-log' };
  }
  if (payload['Service'] === 'Amazon S3' && payload['Event'] === 's3:TestEvent') {
    return { name: 'a test event of S3', source: 's3' };
  }
  const isByHand = typeof job === 'string' && Object.keys(payload).length === 2 && hasAll(payload, ['input']);
  if (isByHand) return { name: 'a run that is started by hand', source: 'manual' };
  return pollers.get(payload['eventSource']) ?? strangers.find(({ keys }) => hasAll(payload, keys));
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
const pollers: ReadonlyMap<unknown, Lookalike> = new Map<string, Lookalike>([
  ['aws:kafka', { name: 'an Amazon MSK event' }],
  ['SelfManagedKafka', { name: 'an event of Apache Kafka' }],
  ['aws:mq', { name: 'an Amazon MQ event, of ActiveMQ' }],
  ['aws:rmq', { name: 'an Amazon MQ event, of RabbitMQ' }],
  ['aws:docdb', { name: 'a DocumentDB event' }],
]);

/** Whatever else invokes functions, by what only its payloads have. */
const strangers: readonly (Lookalike & { readonly keys: readonly string[] })[] = [
  { name: 'an event of VPC Lattice', keys: ['raw_path'] },
  { name: 'a Firehose event', keys: ['deliveryStreamArn', 'records'] },
  { name: 'a job of CodePipeline', keys: ['CodePipeline.job'] },
  { name: 'a trigger of a Cognito user pool', keys: ['triggerSource', 'userPoolId'] },
  { name: 'an AppSync event', keys: ['arguments', 'info'] },
  { name: 'an event of an AWS Config rule', keys: ['configRuleArn', 'invokingEvent'] },
  { name: 'an Amazon Connect event', keys: ['Name', 'Details'] },
  { name: 'an event of an IoT button', keys: ['serialNumber', 'clickType'] },
  { name: 'an Amazon Lex event', keys: ['sessionState', 'interpretations'] },
  { name: 'an Amazon Lex event, of version 1', keys: ['currentIntent', 'bot'] },
  { name: 'a request of a CloudFormation custom resource', keys: ['RequestType', 'ResponseURL'] },
  { name: 'an event of S3 Object Lambda', keys: ['xAmzRequestId', 'userRequest'] },
  { name: 'a task of S3 Batch Operations', keys: ['invocationId', 'tasks'] },
];

function hasAll(object: Fields, keys: readonly string[]): boolean {
  for (const key of keys) if (!Object.hasOwn(object, key)) return false;
  return true;
}
