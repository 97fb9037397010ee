import { isObject } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import type { Delivery } from '../../sources/source.ts';
import { toWritten } from '../reference.ts';
import { compileFilterPatterns, rawRecord } from './filter-patterns.ts';
import {
  type CompileRules,
  compileEach,
  elsewhere,
  findArnMismatch,
  type Rule,
  takesSome,
  type Verdict,
} from './verdict.ts';

/** Records of Kinesis streams. Filters look at their fields, with the data decoded. */
export const compileKinesisRules: CompileRules<'kinesis-stream'> = (declared) => {
  const gapped = declared.filter(({ rule }) => makesGaps(rule)).map(({ rule }) => rule.properties.streamArn);
  const judges = declared.map(({ rule }) => createJudge(rule, toFilteredRecord));
  return (delivery) => {
    const hasGaps = gapped.some((arn) => findArnMismatch('stream', delivery.sourceArn, arn) === undefined);
    return judges.map((judge) => {
      const verdict = judge(delivery);
      return verdict.kind === 'takes' ? { ...verdict, hasGaps } : verdict;
    });
  };
};

/** All rules of a stream see what Lambda reads for any of them: filtered, or several deliveries at a time. */
function makesGaps({ properties }: Rule<'kinesis-stream'>): boolean {
  return properties.filterPatterns !== undefined || (properties.parallelizationFactor ?? 1) > 1;
}

function toFilteredRecord(delivery: Delivery, position: number): Json {
  const raw = rawRecord(delivery, position);
  const kinesis = isObject(raw) ? raw['kinesis'] : undefined;
  if (!isObject(kinesis)) return raw;
  // Lambda decodes the data, but doesn't unpack a gzip.
  const { data } = kinesis;
  const isPacked = typeof data === 'string' && data.startsWith('H4sI');
  return isPacked ? kinesis : { ...kinesis, data: dataOf(delivery, position) };
}

/** Changes of DynamoDB tables. Filters look at them as they come, with typed values. */
export const compileDynamoDbRules = compileEach<'dynamo-db-stream'>(({ rule }) =>
  createJudge(rule, rawRecord),
);

function createJudge(
  { properties: { streamArn, filterPatterns } }: Rule<'kinesis-stream' | 'dynamo-db-stream'>,
  toFiltered: (delivery: Delivery, position: number) => Json,
) {
  const findMismatch = compileFilterPatterns(filterPatterns);
  return (delivery: Delivery): Verdict => {
    const stranger = findArnMismatch('stream', delivery.sourceArn, streamArn);
    if (stranger !== undefined) return elsewhere(stranger);
    return takesSome(
      delivery,
      () => `the stream is ${toWritten(streamArn)}`,
      (position) => findMismatch(() => toFiltered(delivery, position)),
    );
  };
}

/** As the source decoded it. */
function dataOf({ records }: Delivery, position: number): Json {
  const record = records[position];
  return record !== undefined && 'events' in record ? (record.events[0]?.data['data'] ?? null) : null;
}
