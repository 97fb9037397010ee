import type { Json } from '../../events/trigger-event.ts';
import type { Path } from '../mistake.ts';
import type { Scalar } from './scalar.ts';

/**
 * Whose pattern it is: an EventBridge rule's, a filter's of a Lambda event source mapping, or the filter policy of an
 * SNS subscription, which looks at message attributes.
 */
export type Dialect = 'events' | 'mapping' | 'sns';

/** A pattern, compiled: an event matches when it matches one of the alternatives that its `$or`s make. */
export type Pattern = {
  readonly dialect: Dialect;
  readonly alternatives: readonly Alternative[];
};

/** Fields that all have to match: in the order to report them, those outside of `$or` first, and as the tree they form. */
export type Alternative = {
  readonly fields: readonly Field[];
  readonly root: Group;
};

/** A leaf of the pattern: one of the conditions has to be met. */
export type Field = {
  readonly path: readonly string[];
  readonly conditions: readonly Condition[];
  /** One of the conditions is `{ exists: false }`. */
  readonly mayBeMissing: boolean;
};

/** Everything that an alternative wants of one part of the event. */
export type Group = {
  /** The leaves below it, at any depth, in the order in which they are looked at. */
  readonly fields: readonly Field[];
  readonly leaves: readonly { readonly name: string; readonly field: Field }[];
  readonly groups: readonly { readonly name: string; readonly group: Group }[];
};

export type Condition = {
  /** To follow "expected". */
  readonly expected: string;
  /** A value that is there meets it. */
  readonly isMet: (value: Scalar) => boolean;
  readonly wantsMissing?: true;
};

/** An event and the pattern that it doesn't match. What is wrong is only looked for by toSentence. */
export type Mismatch = { readonly pattern: Pattern; readonly event: Json };

/** What is wrong with a pattern, and where. */
export type PatternProblem = { readonly path: Path; readonly problem: string };
