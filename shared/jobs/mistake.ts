import { closest, distance } from 'fastest-levenshtein';
import { isIntrinsic } from './intrinsic.ts';

/** Property names and list positions (from 0) from some value down to one of its parts. */
export type Path = readonly (string | number)[];

/** A mistake before its place in the text is looked up: at the property's name, or at what is written after it. */
export type Mistake = {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
};

/** A mistake at what is written for a property. */
export function atValue(path: Path, message: string): Mistake {
  return { path, at: 'value', message };
}

/** A mistake at the name of a property: it should not be there, or something is missing from it. */
export function atKey(path: Path, message: string): Mistake {
  return { path, at: 'key', message };
}

/** `, did you mean "timeout"?` when one of the names is near, else an empty text. */
export function suggestion(name: string, names: readonly string[]): string {
  if (names.length === 0 || name.length > longestCompared) return '';
  const lowerCase = new Map(names.map((candidate) => [candidate.toLowerCase(), candidate]));
  const word = name.toLowerCase();
  const near = closest(word, [...lowerCase.keys()]);
  const allowed = Math.max(1, Math.floor(Math.max(word.length, near.length) / 3));
  return distance(word, near) <= allowed ? `, did you mean "${lowerCase.get(near)}"?` : '';
}

/** A value as a message shows it: text shortened, lists and mappings by their kind, secrets not at all. */
export function toShown(value: unknown, path: Path = []): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isIntrinsic(value)) return `a reference (${toShort(Object.keys(value).join())})`;
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  if (path.at(-1) !== 'name' && path.some((part) => secretName.test(String(part))))
    return 'a value (not shown)';
  return typeof value === 'string' ? toQuoted(value) : String(value);
}

/** `jobs.thumbnail.events[1].type`, with long names shortened. */
export function toDotted(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === 'number'
        ? `[${part}]`
        : `${index === 0 ? '' : '.'}${plainName.test(part) ? part : toQuoted(part)}`,
    )
    .join('');
}

/** `a, b or c` */
export function toChoice(names: readonly (string | number)[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}

const longestCompared = 80;
const longestShown = 60;
const plainName = /^[\w$:.*-]{1,60}$/;
const secretName = /pass(word|phrase|wd)|secret|token|api_?-?key|private_?-?key|authorization|cookie/i;

/** In quotes, and with nothing in it that a terminal would act on. */
function toQuoted(text: string): string {
  const quoted = JSON.stringify(toShort(text));
  return quoted.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

function toShort(text: string): string {
  const characters = [...text.slice(0, 2 * longestShown)];
  const short = characters.slice(0, longestShown).join('');
  return short.length < text.length ? `${short}…` : short;
}
