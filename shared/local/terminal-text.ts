import { stripVTControlCharacters } from 'node:util';

/** Text from a job, an event or a request, made safe for a terminal: it must not be able to move the cursor or set colours. */
export function toSafe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');
}
