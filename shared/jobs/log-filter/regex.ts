import { type CharacterSet, isInSet } from './character-set.ts';

/** One of the alternatives between `|`: what it takes, one after the other. */
export type Branch = {
  readonly startsAtStart: boolean;
  readonly endsAtEnd: boolean;
  readonly items: readonly Item[];
};

/** `least` to `most` characters of a set; `most` may be Infinity. */
export type Item = { readonly set: CharacterSet; readonly least: number; readonly most: number };

/** A regular expression, ready to be looked for in any number of texts. */
export type Regex = {
  readonly text: string;
  readonly steps: readonly Step[];
  readonly starts: readonly Start[];
};

type Start = { readonly step: number; readonly onlyAtStart: boolean };

/** One character of the set, then the next step. It may be left out (`?`), come again (`+`), or both (`*`). */
type Step =
  | {
      readonly kind: 'take';
      readonly set: CharacterSet;
      readonly isOptional: boolean;
      readonly repeats: boolean;
    }
  | { readonly kind: 'found'; readonly onlyAtEnd: boolean };

/** How many steps `x{2,5}` comes to: each possible repetition is a step of its own. */
export function stepsOf({ least, most }: Item): number {
  return most === Number.POSITIVE_INFINITY ? Math.max(least, 1) : most;
}

/** `text` is how the pattern has it, for messages. */
export function toRegex(text: string, branches: readonly Branch[]): Regex {
  const steps: Step[] = [];
  const starts: Start[] = [];
  for (const { startsAtStart, endsAtEnd, items } of branches) {
    starts.push({ step: steps.length, onlyAtStart: startsAtStart });
    for (const item of items) {
      const count = stepsOf(item);
      for (let nth = 1; nth <= count; nth += 1) {
        const repeats = nth === count && item.most === Number.POSITIVE_INFINITY;
        steps.push({ kind: 'take', set: item.set, isOptional: nth > item.least, repeats });
      }
    }
    steps.push({ kind: 'found', onlyAtEnd: endsAtEnd });
  }
  return { text, steps, starts };
}

/**
 * Whether the regular expression is found anywhere in the text.
 *
 * Safe with any text: all ways of matching are followed side by side, one character at a time, so a character costs
 * at most one look at each step, and no text is read twice. JavaScript's own RegExp goes back and tries again; even
 * without groups, `a*a*a*b` would take it hours with a message of many a's.
 */
export function findsRegex({ steps, starts }: Regex, text: string): boolean {
  const seenAt = new Int32Array(steps.length).fill(-1);
  let current: number[] = [];
  let at = 0;
  /** Adds a step, and those that can be reached by leaving it out; true when the expression is found. */
  const enter = (into: number[], first: number, position: number): boolean => {
    for (let index = first; seenAt[index] !== position; index += 1) {
      const step = steps[index];
      if (step === undefined) return false;
      seenAt[index] = position;
      if (step.kind === 'found') return !step.onlyAtEnd || position === text.length;
      into.push(index);
      if (!step.isOptional) return false;
    }
    return false;
  };
  for (;;) {
    for (const start of starts) {
      if ((!start.onlyAtStart || at === 0) && enter(current, start.step, at)) return true;
    }
    if (at === text.length || (current.length === 0 && starts.every(({ onlyAtStart }) => onlyAtStart)))
      return false;
    const codePoint = text.codePointAt(at) ?? 0;
    const after = at + (codePoint > 0xffff ? 2 : 1);
    const next: number[] = [];
    for (const index of current) {
      const step = steps[index];
      if (step?.kind !== 'take' || !isInSet(step.set, codePoint)) continue;
      if (step.repeats && enter(next, index, after)) return true;
      if (enter(next, index + 1, after)) return true;
    }
    current = next;
    at = after;
  }
}
