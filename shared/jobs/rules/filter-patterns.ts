import { isJson, isObject } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import type { Delivery } from '../../sources/source.ts';
import { findMismatch, toSentence } from '../pattern/match-pattern.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';
import type { Why } from './verdict.ts';

/**
 * The filters of an event source mapping: a record has to match one of them. The record is only made when there is a
 * filter to look at it. Gives why it matches none.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function compileFilterPatterns(filterPatterns: readonly unknown[] | undefined) {
  const patterns = filterPatterns?.map((pattern) => parsePattern(pattern, 'mapping')) ?? [];
  return function findPatternMismatch(toRecord: () => Json): Why | undefined {
    if (patterns.length === 0) return undefined;
    const record = toRecord();
    const mismatches = patterns.map((pattern) => findMismatch(pattern, record));
    const [first] = mismatches;
    return first === undefined || mismatches.includes(undefined) ? undefined : () => toSentence(first);
  };
}

/** A record of the payload as it came. */
export function rawRecord({ payload }: Delivery, position: number): Json {
  const records = isObject(payload) ? payload['Records'] : undefined;
  const raw: unknown = Array.isArray(records) ? records[position] : undefined;
  return isJson(raw) ? raw : null;
}
