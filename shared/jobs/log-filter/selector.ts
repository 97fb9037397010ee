import { isObject } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import type { PatternReader } from './pattern-reader.ts';

/** The part of a JSON message that a condition is about: `$.users[0].email`, `$.tags[*]`, `$.['cluster.name']`. */
export type Selector = {
  /** As the pattern has it, for messages. */
  readonly text: string;
  readonly steps: readonly Step[];
  readonly hasWildcard: boolean;
};

type Step =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'any' };

/** Reads a selector, in which AWS allows one wildcard. Throws LogFilterError. */
export function parseSelector(reader: PatternReader): Selector {
  const start = reader.position();
  if (reader.take(root) === undefined) throw reader.refusal('a selector such as $.name');
  const steps: Step[] = [];
  let hasWildcard = false;
  while (reader.sees(startOfStep)) {
    const stepStart = reader.position();
    const step = reader.take(dot) === undefined ? parseBrackets(reader) : parseProperty(reader);
    if (step.kind === 'any' && hasWildcard) throw reader.refusal('at most one * in a selector', stepStart);
    hasWildcard ||= step.kind === 'any';
    steps.push(step);
  }
  return { text: reader.textSince(start), steps, hasWildcard };
}

/** The values a selector leads to: none or one, or any number with a wildcard. */
export function select({ steps }: Selector, message: Json): readonly Json[] {
  return steps.reduce<readonly Json[]>(
    (values, step) => values.flatMap((value) => selectStep(step, value)),
    [message],
  );
}

/** The names on the way, which may tell that a value is a secret. */
export function namesOf({ steps }: Selector): readonly string[] {
  return steps.flatMap((step) => (step.kind === 'property' ? [step.name] : []));
}

/** In a list of its own, as the value may be a list itself. Only own properties: `__proto__` is a name like others. */
function selectStep(step: Step, value: Json): readonly Json[] {
  switch (step.kind) {
    case 'property': {
      const property = isObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
      return property === undefined ? [] : [property];
    }
    case 'element': {
      const element = Array.isArray(value) ? value[step.index] : undefined;
      return element === undefined ? [] : [element];
    }
    case 'any':
      return typeof value === 'object' && value !== null ? Object.values(value) : [];
  }
}

function parseProperty(reader: PatternReader): Step {
  if (reader.take(asterisk) !== undefined) return { kind: 'any' };
  const name = reader.take(plainName);
  if (name !== undefined) return { kind: 'property', name };
  if (reader.sees(quotedStart)) return parseBrackets(reader);
  throw reader.refusal("a name of A-Z, a-z, 0-9, _ and -, * or ['another name']");
}

function parseBrackets(reader: PatternReader): Step {
  reader.take(openBracket);
  const inside = reader.take(bracketed)?.slice(0, -1);
  if (inside === undefined) throw reader.refusal("an index from 0, * or 'a name', and ]");
  if (inside === '*') return { kind: 'any' };
  return inside.startsWith("'")
    ? { kind: 'property', name: inside.slice(1, -1) }
    : { kind: 'element', index: Number(inside) };
}

const root = /\$(?=\.|\[')/y;
const startOfStep = /[.[]/y;
const dot = /\./y;
const asterisk = /\*/y;
const plainName = /[A-Za-z0-9_-]+/y;
const quotedStart = /\['/y;
const openBracket = /\[/y;
/** AWS documents no escapes here. */
const bracketed = /(?:\d{1,9}|\*|'[^'\\\p{C}]+')\]/uy;
