import { stripVTControlCharacters } from 'node:util';

/** Text from a job, an event or a request, made safe for a terminal: it must not be able to move the cursor or set colours. */
export function toSafe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');
}

/** Lines with colours of ours in them: made safe but for these. */
export function toSafeLines(text: string): string {
  return text
    .split(ownColour)
    .map((part, index) => (index % 2 === 0 ? toSafe(part) : part))
    .join('');
}

/** Of statuses, as styleText puts them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const ownColour = /(\u001b\[(?:31|32|33|36|39)m)/;

/** JSON for a program that nothing is taken out of, and in which a terminal finds nothing to act on. */
export function toSafeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
