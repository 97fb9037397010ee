import { isObject, parseJson } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { findMismatch, toSentence } from '../pattern/match-pattern.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';
import { toWritten } from '../reference.ts';
import { rawRecord } from './filter-patterns.ts';
import { compileEach, elsewhere, findArnMismatch, takesSome } from './verdict.ts';

/**
 * Messages of topics. The policy looks at their attributes.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
 */
export const compileTopicRules = compileEach<'sns'>(({ rule: { properties } }) => {
  const { snsTopicArn: arn, snsTopicName: name, filterPolicy } = properties;
  const policy = filterPolicy === undefined ? undefined : parsePattern(filterPolicy, 'sns');
  return (delivery) => {
    const stranger = findArnMismatch('topic', delivery.sourceArn, arn, name);
    if (stranger !== undefined) return elsewhere(stranger);
    return takesSome(
      delivery,
      () => `the topic is ${toWritten(arn ?? name ?? '')}`,
      (position) => {
        const mismatch = policy && findMismatch(policy, toAttributes(rawRecord(delivery, position)));
        return mismatch && (() => toSentence(mismatch));
      },
    );
  };
});

/** Names and values; binary ones can't be matched. */
function toAttributes(raw: Json): Json {
  const sns = isObject(raw) ? raw['Sns'] : undefined;
  const attributes = isObject(sns) ? sns['MessageAttributes'] : undefined;
  if (!isObject(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, attribute]) => {
      const value = isObject(attribute) ? toValue(attribute['Type'], attribute['Value']) : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function toValue(type: unknown, value: unknown): Json | undefined {
  if (typeof value !== 'string') return undefined;
  if (type === 'String') return value;
  if (type === 'Number') return parseJson(value) ?? value;
  return type === 'String.Array' ? (parseJson(value) ?? value) : undefined;
}
