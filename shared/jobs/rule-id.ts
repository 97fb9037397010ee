import { createHash } from 'node:crypto';
import { isObject } from '../events/json.ts';

/** Says what the rule is, not where it stands: moving an event does not make it another. */
export function toRuleId(
  job: string,
  { type, properties }: { readonly type: string; readonly properties: unknown },
): string {
  const hash = createHash('sha256').update(toCanonicalJson({ type, properties }), 'utf8').digest('hex');
  return `${job}-${hash.slice(0, 8)}`;
}

/** The job of a rule, also of one that was edited since; undefined for what is no rule's id. */
export function toJobName(ruleId: string): string | undefined {
  return /^(.+)-[0-9a-f]{8}$/.exec(ruleId)?.[1];
}

function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isObject(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
