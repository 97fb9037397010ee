import type { Delivery } from '../../sources/source.ts';
import { isReference, toReferenceName, toWritten } from '../reference.ts';
import type { RunnableEvent } from '../schema/event.ts';

/** An entry of a job's `events`, of one type. */
export type Rule<T extends RunnableEvent['type'] = RunnableEvent['type']> = Extract<
  RunnableEvent,
  { readonly type: T }
>;

/** Why, for a person; only made when somebody asks. */
export type Why = () => string;

/** What a rule makes of a delivery. */
export type Verdict =
  /** The records, by position, that start the job. */
  | {
      readonly kind: 'takes';
      readonly records: readonly number[];
      readonly why: Why;
      /** Between its records there may be others of their shard, which come at another time. */
      readonly hasGaps?: boolean;
      /** The id of a rule that jobs.yml does not have any more, whose deliveries are this one's. */
      readonly inPlaceOf?: string;
    }
  /** It's for this rule, which leaves out every record of it. */
  | { readonly kind: 'leaves'; readonly why: Why }
  /** It comes from somewhere else. */
  | { readonly kind: 'elsewhere'; readonly why: Why };

/** What each of the compiled rules makes of a delivery, in their order. */
export type Judge = (delivery: Delivery) => readonly Verdict[];

export type DeclaredRule<T extends RunnableEvent['type']> = { readonly job: string; readonly rule: Rule<T> };

/** Compiles all rules of one type. `ruleIds` are those of the whole jobs.yml. */
export type CompileRules<T extends RunnableEvent['type']> = (
  declared: readonly DeclaredRule<T>[],
  ruleIds: ReadonlySet<string>,
) => Judge;

/** For rules that can each be judged without looking at the others. */
export function compileEach<T extends RunnableEvent['type']>(
  compile: (declared: DeclaredRule<T>, ruleIds: ReadonlySet<string>) => (delivery: Delivery) => Verdict,
): CompileRules<T> {
  return (declared, ruleIds) => {
    const judges = declared.map((each) => compile(each, ruleIds));
    return (delivery) => judges.map((judge) => judge(delivery));
  };
}

export function takesAll({ records }: Delivery, why: Why): Extract<Verdict, { readonly kind: 'takes' }> {
  return { kind: 'takes', records: records.map((_, position) => position), why };
}

export function elsewhere(why: Why): Verdict {
  return { kind: 'elsewhere', why };
}

/**
 * Takes the records in which `findMismatch` finds nothing. What can't be read is taken too: its job hears of it,
 * instead of nobody.
 */
export function takesSome(
  { records }: Delivery,
  why: Why,
  findMismatch: (position: number) => Why | undefined,
): Verdict {
  const taken: number[] = [];
  let reason: Why = () => 'there is no record in it';
  for (const [position, record] of records.entries()) {
    const mismatch = 'error' in record ? undefined : findMismatch(position);
    if (mismatch === undefined) taken.push(position);
    else if (position === 0) reason = mismatch;
  }
  if (taken.length === 0) return { kind: 'leaves', why: reason };
  const some = taken.length < records.length ? `, ${taken.length} of ${records.length} records` : '';
  return { kind: 'takes', records: taken, why: () => `${why()}${some}` };
}

/**
 * Why an ARN isn't the one that a rule names, in whole or by the resource's name; `undefined` when it is. A reference,
 * whose ARN a laptop doesn't know, names a resource that is called as what it refers to.
 */
export function findArnMismatch(what: string, found: string, arn?: string, name?: string): Why | undefined {
  if (arn === undefined ? toName(found) === name : found === arn || isReferredTo(found, arn))
    return undefined;
  return () => `the ${what} is ${found}, expected ${toWritten(arn ?? name ?? '')}`;
}

function isReferredTo(found: string, arn: string): boolean {
  if (!isReference(arn)) return false;
  const [resource = ''] = found.split(/:\*$|\/stream\//);
  return resource.slice(resource.search(/[^:/]*$/)) === toReferenceName(arn);
}

/** `orders` of `…:123456789012:orders`, `aws.partner/acme/a` of `…:123456789012:event-bus/aws.partner/acme/a`. */
function toName(arn: string): string {
  const resource = arn.slice(arn.lastIndexOf(':') + 1);
  return resource.slice(resource.indexOf('/') + 1);
}
