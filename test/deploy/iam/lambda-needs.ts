import type { Resources } from '../../../shared/deploy/cloudformation/template.ts';
import { isObject } from '../../../shared/events/json.ts';
import type { Resolve } from '../template/resolve.ts';
import type { Need } from './policy.ts';

/**
 * What Lambda itself does with a function's role: it writes the log, reads queues and streams, and hands on what
 * failed. `functionName` is the physical one.
 */
export function toLambdaNeeds(functionName: string, resources: Resources, resolve: Resolve): readonly Need[] {
  const own = Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    const read = readers[Type];
    if (read === undefined || resolve.text(Properties['FunctionName']) !== functionName) return [];
    return read(resolve.properties(id));
  });
  const logStream = `arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/${functionName}:log-stream:one`;
  return [
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    { action: 'logs:CreateLogStream', resource: logStream },
    { action: 'logs:PutLogEvents', resource: logStream },
    ...own,
  ];
}

const readers: Readonly<Record<string, (properties: Readonly<Record<string, unknown>>) => readonly Need[]>> =
  {
    'AWS::Lambda::EventSourceMapping': ({ EventSourceArn, DestinationConfig }) => [
      ...toReading(String(EventSourceArn)),
      ...toFailureNeeds(DestinationConfig),
    ],
    'AWS::Lambda::EventInvokeConfig': ({ DestinationConfig }) => toFailureNeeds(DestinationConfig),
  };

/** As the pages of the mappings list it. */
function toReading(arn: string): readonly Need[] {
  const on = (service: string, resource: string, ...actions: readonly string[]) =>
    actions.map((action) => ({ action: `${service}:${action}`, resource }));
  switch (arn.split(':')[2]) {
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    case 'sqs':
      return on('sqs', arn, 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes');
    // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
    case 'kinesis': {
      const [stream = '', consumer] = arn.split('/consumer/');
      return [
        ...on('kinesis', stream, 'DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator'),
        ...on('kinesis', stream, 'ListShards', 'ListStreams'),
        ...(consumer === undefined ? [] : on('kinesis', arn, 'SubscribeToShard')),
      ];
    }
    // https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    case 'dynamodb':
      return on('dynamodb', arn, 'DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams');
    default:
      throw new Error(`Lambda reads nothing from ${arn}`);
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function toFailureNeeds(config: unknown): readonly Need[] {
  const onFailure = isObject(config) ? config['OnFailure'] : undefined;
  if (!isObject(onFailure)) return [];
  const resource = String(onFailure['Destination']);
  return [{ action: resource.split(':')[2] === 'sns' ? 'sns:Publish' : 'sqs:SendMessage', resource }];
}
