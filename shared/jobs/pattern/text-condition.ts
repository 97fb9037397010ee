import { isObject } from '../../events/json.ts';
import { toShown } from '../mistake.ts';
import type { Condition } from './pattern.ts';
import type { Place } from './place.ts';
import { toShortList } from './short-list.ts';
import { parseWildcard } from './wildcard.ts';

/** What a text has to be like; other values never are. */
export type TextTest = {
  readonly expected: string;
  readonly isLike: (text: string) => boolean;
};

export type TextOperator = 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard';

/** Met by a text that passes one of the tests. */
export function conditionOfTexts(tests: readonly TextTest[]): Condition {
  return {
    expected: toShortList(tests, 'or', ({ expected }) => expected),
    isMet: (value) => typeof value === 'string' && tests.some(({ isLike }) => isLike(value)),
  };
}

/** `undefined` when it's no text, or no wildcard. */
export function parseText(operator: TextOperator, raw: unknown, place: Place): TextTest | undefined {
  if (typeof raw === 'string') return textTests[operator](raw, place);
  place.report(`found ${toShown(raw, place.path)}, expected text`);
  return undefined;
}

/** A text, or `{ equals-ignore-case: … }` around it. */
export function parseCased(operator: 'prefix' | 'suffix', raw: unknown, place: Place): TextTest | undefined {
  if (!isObject(raw)) return parseText(operator, raw, place);
  const [name, ...others] = Object.keys(raw);
  if (name !== 'equals-ignore-case' || others.length > 0) {
    place.report(`found ${toShown(raw, place.path)}, expected text or { equals-ignore-case: … }`);
    return undefined;
  }
  const inner = raw[name];
  if (typeof inner !== 'string') return parseText(operator, inner, place.at(name));
  const { isLike, expected } = affixTests[operator](toUncased(inner), toShown(inner, place.path));
  return { expected: `${expected} in any case`, isLike: (text) => isLike(toUncased(text)) };
}

const affixTests: Readonly<Record<'prefix' | 'suffix', (affix: string, shown: string) => TextTest>> = {
  prefix: (affix, shown) => ({
    expected: `text that starts with ${shown}`,
    isLike: (text) => text.startsWith(affix),
  }),
  suffix: (affix, shown) => ({
    expected: `text that ends with ${shown}`,
    isLike: (text) => text.endsWith(affix),
  }),
};

const textTests: Readonly<Record<TextOperator, (raw: string, place: Place) => TextTest | undefined>> = {
  prefix: (raw, place) => affixTests.prefix(raw, toShown(raw, place.path)),
  suffix: (raw, place) => affixTests.suffix(raw, toShown(raw, place.path)),
  'equals-ignore-case': (raw, place) => {
    const uncased = toUncased(raw);
    return {
      expected: `${toShown(raw, place.path)} in any case`,
      isLike: (text) => toUncased(text) === uncased,
    };
  },
  wildcard: (raw, place) => {
    const isLike = parseWildcard(raw);
    if (typeof isLike === 'function') {
      return { expected: `text like ${toShown(raw, place.path)}`, isLike };
    }
    place.report(`found ${toShown(raw, place.path)}, expected ${isLike.expected}`);
    return undefined;
  },
};

/** Lower case would do something else with a sigma at the end of a word. */
function toUncased(text: string): string {
  return text.toUpperCase();
}
