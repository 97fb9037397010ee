import { isUtf8 } from 'node:buffer';
import { parseJsonDocument } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { FieldError } from './fields.ts';

/** The bytes in base64 (RFC 4648, with padding), which Buffer.from takes out of any text. Throws FieldError. */
export function parseBase64(base64: string, name: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (isBase64Of(base64, bytes)) return bytes;
  throw new FieldError(`${name} is a text of ${base64.length} characters, expected base64`);
}

/**
 * Buffer.from passes over ASCII that is none of base64's characters, so each such makes the bytes fewer than the text
 * says they are; the rest is looked for. Several times quicker than a regular expression, or than encoding it again.
 */
function isBase64Of(text: string, bytes: Buffer): boolean {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding) return false;
  const isAscii = Buffer.byteLength(text) === text.length;
  return isAscii && !text.includes('-') && !text.includes('_');
}

/** `undefined` when the bytes are not UTF-8. A byte order mark stays. */
export function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return text.includes(replacement) && !isUtf8(bytes) ? undefined : text;
}

/** JSON when the bytes are the text of an object or a list, else their text; `{ base64 }` when they are no text. */
export function parseContent(bytes: Buffer, base64: string): Json {
  const text = textOf(bytes);
  return text === undefined ? { base64 } : (parseJsonDocument(text) ?? text);
}

/** What stands in a text for bytes that are none; it may also have been there. */
const replacement = '\ufffd';
