import { isReference, toReferenceName } from '../../../jobs/reference.ts';
import type { JobEvent } from '../../../jobs/schema/event.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { toDigest } from '../digest.ts';
import type { SourceRule } from './source-rules.ts';

/** All events of one queue, stream, topic or log group: they share what delivers it to the function. */
export type SharedSource<T extends JobEvent['type']> = {
  /** `OrdersQueue` of a queue `orders`: what its resources are called. */
  readonly id: string;
  readonly first: SourceRule<T>;
  readonly rules: readonly SourceRule<T>[];
};

/**
 * Puts the events of one source together, in the order of jobs.yml. `kind` is said behind its name in ids.
 *
 * The ids come from the source alone. AWS takes one mapping or subscription of a source for a function, and
 * CloudFormation makes a new resource before it deletes the old one: with an id that changed when an event does, the new
 * one would be refused, or be deleted together with the old one.
 */
export function shareSources<T extends JobEvent['type']>(
  rules: readonly SourceRule<T>[],
  kind: string,
  toText: (rule: SourceRule<T>) => string,
): readonly SharedSource<T>[] {
  const bySource = Map.groupBy(rules, toText);
  const idOf = createIds([...bySource.keys()], kind);
  return [...bySource].flatMap(([text, own]) => {
    const [first] = own;
    return first === undefined ? [] : [{ id: idOf(text), first, rules: own }];
  });
}

/** Of sources with the same name, all but the first in the alphabet say more. */
function createIds(texts: readonly string[], kind: string): (text: string) => string {
  const byId = Map.groupBy(texts.toSorted(), (text) => toLogicalId(toName(text), kind));
  const ids = new Map(
    [...byId].flatMap(([id, same]) =>
      same.map((text, index) => [text, index === 0 ? id : `${id}${toDigest(text)}`] as const),
    ),
  );
  return (text) => ids.get(text) ?? toLogicalId(toDigest(text), kind);
}

/** `orders` of its ARN, of its name, and of `!GetAtt orders.Arn`. */
function toName(text: string): string {
  if (isReference(text)) return toReferenceName(text) ?? toDigest(text);
  if (!text.startsWith('arn:')) return text;
  const [resource = '', ...more] = text.split(':').slice(5);
  if (resource === 'log-group') return more[0] ?? '';
  return /^(?:stream|table)\/([^/]+)/.exec(resource)?.[1] ?? resource;
}
