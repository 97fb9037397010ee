/**
 * Which characters a part of a regular expression takes: one flag for each ASCII character, and a last one for all
 * others together, which these expressions can't tell apart.
 */
export type CharacterSet = Uint8Array;

export function isInSet(set: CharacterSet, codePoint: number): boolean {
  return set[Math.min(codePoint, others)] === 1;
}

/** From one ASCII character to another, both included. */
export function setOfRange(from: number, to: number): CharacterSet {
  return new Uint8Array(others + 1).fill(1, from, to + 1);
}

export function setOfCharacters(characters: string): CharacterSet {
  return unite([...characters].map((character) => setOfRange(codeOf(character), codeOf(character))));
}

export function unite(sets: readonly CharacterSet[]): CharacterSet {
  const union = new Uint8Array(others + 1);
  for (const set of sets) {
    for (const [at, flag] of set.entries()) if (flag === 1) union[at] = 1;
  }
  return union;
}

export function invert(set: CharacterSet): CharacterSet {
  return set.map((flag) => 1 - flag);
}

export function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** The place of the flag for what isn't ASCII. */
const others = 128;

export const anyCharacter: CharacterSet = setOfRange(0, others);

const digit = setOfRange(codeOf('0'), codeOf('9'));
const word = unite([
  digit,
  setOfRange(codeOf('a'), codeOf('z')),
  setOfRange(codeOf('A'), codeOf('Z')),
  setOfCharacters('_'),
]);
const space = setOfCharacters(' \t\n\v\f\r');

/** By the letter after the backslash. */
export const escapedSets: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', digit],
  ['D', invert(digit)],
  ['w', word],
  ['W', invert(word)],
  ['s', space],
  ['S', invert(space)],
]);
