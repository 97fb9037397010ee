import { ref, type Value } from '../../cloudformation/value.ts';
import type { Stage } from '../../names.ts';
import { toValue } from '../from-jobs.ts';
import { toFunctionId } from '../function-name.ts';
import type { Declared, Part, Permission } from '../part.ts';
import { toFilterCriteria } from './filter-criteria.ts';
import { toJobTags } from './job-tags.ts';
import { type SharedSource, shareSources } from './shared-source.ts';
import type { CompileSource, Rule } from './source-rules.ts';

/**
 * A mapping for each Kinesis stream. All events of a stream agree on how it is read: checks-sharing.ts.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export const toKinesisMappings: CompileSource<'kinesis-stream'> = (rules, { stage }) => {
  const streams = shareSources(rules, 'Stream', ({ rule }) => rule.properties.streamArn);
  return {
    resources: Object.assign({}, ...streams.map((stream) => toKinesisMapping(stream, stage))),
    permissions: streams.flatMap(toKinesisPermissions),
  };
};

/**
 * The same for streams of DynamoDB tables.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
export const toTableMappings: CompileSource<'dynamo-db-stream'> = (rules) => {
  const tables = shareSources(rules, 'Table', ({ rule }) => rule.properties.streamArn);
  return {
    resources: Object.fromEntries(
      tables.map((table) => [`${table.id}Mapping`, toMapping(table, toStreamArn(table))]),
    ),
    permissions: tables.flatMap(toTablePermissions),
  };
};

type Stream = SharedSource<'kinesis-stream'> | SharedSource<'dynamo-db-stream'>;
type Failure = Rule<'kinesis-stream'>['properties']['onFailure'];

function toKinesisMapping(stream: SharedSource<'kinesis-stream'>, stage: Stage): Part['resources'] {
  const { first, rules } = stream;
  const mapping = { [`${stream.id}Mapping`]: toMapping(stream, toReadArn(stream)) };
  if (!first.rule.properties.autoCreateConsumer) return mapping;
  const consumer: Declared = {
    Type: 'AWS::Kinesis::StreamConsumer',
    Properties: {
      ConsumerName: `${stage.service}-${stage.stage}`,
      StreamARN: toStreamArn(stream),
      ...toJobTags(rules),
    },
    line: first.rule.line,
  };
  return { [toConsumerId(stream)]: consumer, ...mapping };
}

function toMapping({ first, rules }: Stream, arn: Value): Declared {
  const { rule } = first;
  const { batchSize, startingPosition, maxBatchWindowSeconds, parallelizationFactor } = rule.properties;
  const { bisectBatchOnFunctionError, maximumRetryAttempts, onFailure } = rule.properties;
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: ref(toFunctionId(rule.type)),
      EventSourceArn: arn,
      StartingPosition: startingPosition,
      BatchSize: batchSize,
      ...(maxBatchWindowSeconds !== undefined && { MaximumBatchingWindowInSeconds: maxBatchWindowSeconds }),
      ...(parallelizationFactor !== undefined && { ParallelizationFactor: parallelizationFactor }),
      ...(bisectBatchOnFunctionError !== undefined && {
        BisectBatchOnFunctionError: bisectBatchOnFunctionError,
      }),
      // Left out, Lambda tries until the records expire: what can't be recorded isn't let go.
      ...(maximumRetryAttempts !== undefined && { MaximumRetryAttempts: maximumRetryAttempts }),
      ...(onFailure !== undefined && {
        DestinationConfig: { OnFailure: { Destination: toValue(onFailure.arn) } },
      }),
      ...toFilterCriteria(rules.map((each) => each.rule.properties)),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...toJobTags(rules),
    },
    line: rule.line,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html : those of its managed policy. */
function toKinesisPermissions(stream: SharedSource<'kinesis-stream'>): readonly Permission[] {
  const { consumerArn, autoCreateConsumer, onFailure } = stream.first.rule.properties;
  const hasConsumer = consumerArn !== undefined || autoCreateConsumer;
  return [
    {
      functions: ['kinesis-stream'],
      statement: {
        actions: [
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
          'kinesis:ListStreams',
        ],
        resources: [toStreamArn(stream)],
      },
    },
    ...(hasConsumer
      ? [
          {
            functions: ['kinesis-stream' as const],
            statement: { actions: ['kinesis:SubscribeToShard'], resources: [toReadArn(stream)] },
          },
        ]
      : []),
    ...toFailurePermissions('kinesis-stream', onFailure),
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
function toTablePermissions(table: SharedSource<'dynamo-db-stream'>): readonly Permission[] {
  return [
    {
      functions: ['dynamo-db-stream'],
      statement: {
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        resources: [toStreamArn(table)],
      },
    },
    ...toFailurePermissions('dynamo-db-stream', table.first.rule.properties.onFailure),
  ];
}

/** Lambda sends with the function's role. */
function toFailurePermissions(
  name: 'kinesis-stream' | 'dynamo-db-stream',
  onFailure: Failure,
): readonly Permission[] {
  if (onFailure === undefined) return [];
  const actions = [onFailure.type === 'sqs' ? 'sqs:SendMessage' : 'sns:Publish'];
  return [{ functions: [name], statement: { actions, resources: [toValue(onFailure.arn)] } }];
}

/** What Lambda reads: a consumer's ARN stands for its stream. */
function toReadArn(stream: SharedSource<'kinesis-stream'>): Value {
  const { consumerArn, autoCreateConsumer } = stream.first.rule.properties;
  if (consumerArn !== undefined) return toValue(consumerArn);
  return autoCreateConsumer ? ref(toConsumerId(stream)) : toStreamArn(stream);
}

function toStreamArn({ first }: Stream): Value {
  return toValue(first.rule.properties.streamArn);
}

function toConsumerId({ id }: Stream): string {
  return `${id}Consumer`;
}
