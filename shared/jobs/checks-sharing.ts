import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { SourceName } from '../events/trigger-event.ts';
import { has } from './checks.ts';
import { atValue, type Mistake, type Path, toShown } from './mistake.ts';
import { isReference } from './reference.ts';
import { snsEvent, sqsEvent } from './schema/event-message.ts';
import { dynamoDbStreamEvent, kinesisStreamEvent } from './schema/event-stream.ts';

/** An event as it is written; `path` is that of its properties, from the top of the file. */
export type WrittenEvent = { readonly path: Path; readonly type: string; readonly properties: unknown };

type Settings = Readonly<Record<string, unknown>>;

/** What all events of one source share in AWS, and so have to agree on. */
type Sharing = {
  readonly what: string;
  readonly properties: z.ZodType<Settings>;
  /** The properties that say which source it is: its ARN, or its name in this account and Region. */
  readonly arn: string;
  readonly name?: string;
  /** With what one that is left out stands for. */
  readonly settings: Settings;
};

const streamSettings = {
  batchSize: undefined,
  maxBatchWindowSeconds: 0,
  startingPosition: undefined,
  maximumRetryAttempts: -1,
  onFailure: undefined,
  parallelizationFactor: 1,
  bisectBatchOnFunctionError: false,
};

/**
 * AWS has one event source mapping of a queue or a stream for a function, and one subscription of a topic.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
 */
const sharings: { readonly [T in SourceName]?: Sharing } = {
  sqs: {
    what: 'queue',
    properties: sqsEvent.shape.properties,
    arn: 'sqsQueueArn',
    name: 'sqsQueueName',
    settings: { batchSize: undefined, maxBatchWindowSeconds: 0, maximumConcurrency: undefined },
  },
  sns: {
    what: 'topic',
    properties: snsEvent.shape.properties,
    arn: 'snsTopicArn',
    name: 'snsTopicName',
    settings: { onDeliveryFailure: undefined },
  },
  'kinesis-stream': {
    what: 'stream',
    properties: kinesisStreamEvent.shape.properties,
    arn: 'streamArn',
    settings: { consumerArn: undefined, autoCreateConsumer: false, ...streamSettings },
  },
  'dynamo-db-stream': {
    what: 'stream',
    properties: dynamoDbStreamEvent.shape.properties,
    arn: 'streamArn',
    settings: streamSettings,
  },
};

/** Events of one source that can't be had together. `lineOf` gives the line, counted from 1, of a path. */
export function findUnshareable(
  events: readonly WrittenEvent[],
  lineOf: (path: Path) => number,
): readonly Mistake[] {
  return Object.entries(sharings).flatMap(([type, sharing]) => {
    const uses = events.flatMap((event) => (event.type === type ? toUses(event, sharing) : []));
    return [...findDisagreements(uses, sharing, lineOf), ...findTwoNames(uses, sharing, lineOf)];
  });
}

type Use = { readonly path: Path; readonly written: unknown; readonly settings: Settings };

/** None of an event that has mistakes of its own. */
function toUses({ path, properties }: WrittenEvent, { properties: schema }: Sharing): readonly Use[] {
  const parsed = schema.safeParse(properties);
  return parsed.success ? [{ path, written: properties, settings: parsed.data }] : [];
}

function findDisagreements(
  uses: readonly Use[],
  { what, arn, name = arn, settings }: Sharing,
  lineOf: (path: Path) => number,
): readonly Mistake[] {
  const bySource = Map.groupBy(uses, (use) => use.settings[arn] ?? use.settings[name]);
  return [...bySource.values()].flatMap(([first, ...others]) =>
    others.flatMap((use) =>
      Object.entries(settings).flatMap(([setting, left]) => {
        const found = use.settings[setting] ?? left;
        const before = first?.settings[setting] ?? left;
        if (first === undefined || isDeepStrictEqual(found, before)) return [];
        const seen = `found ${toShown(found)}, and ${toShown(before)} on line ${lineOf(first.path)}`;
        return [atSetting(use, setting, `${seen}; events of one ${what} share it, expected the same`)];
      }),
    ),
  );
}

/** A queue with the name may be the one with the ARN, or another account's. */
function findTwoNames(
  uses: readonly Use[],
  { what, arn, name }: Sharing,
  lineOf: (path: Path) => number,
): readonly Mistake[] {
  if (name === undefined) return [];
  return uses.flatMap((use) => {
    const text = use.settings[arn];
    if (typeof text !== 'string' || isReference(text)) return [];
    const other = uses.find(({ settings }) => settings[name] === text.slice(text.lastIndexOf(':') + 1));
    if (other === undefined) return [];
    const seen = `found the ARN of what may be the ${what} that line ${lineOf(other.path)} names`;
    return [atSetting(use, arn, `${seen}; expected ${arn}, or ${name}, in both`)];
  });
}

/** Where it is written, or at the event that leaves it out. */
function atSetting({ path, written }: Use, setting: string, message: string): Mistake {
  return has(written, setting)
    ? atValue([...path, setting], message)
    : atValue(path, `${setting}: ${message}`);
}
