import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { FieldError, type Fields, kindOf } from '../reading/fields.ts';

/**
 * The body of a request as a job sees it: JSON when its content type says so, text when it is UTF-8, else
 * `{ base64 }`. No body, or an empty one, is null. A compressed body (Content-Encoding) isn't unpacked.
 * Numbers in JSON that JavaScript can't hold exactly come as text.
 *
 * Throws FieldError.
 */
export function parseHttpBody(
  body: string | null,
  isBase64: boolean,
  headers: { readonly contentType?: string | undefined; readonly contentEncoding?: string | undefined },
): Json {
  if (body === null || body === '') return null;
  const text = isBase64 ? textOf(body) : body;
  const mediaType = mediaTypeOf(headers.contentType ?? '');
  if (isCompressed(headers.contentEncoding ?? '') || !isJsonType(mediaType)) return text ?? { base64: body };
  const json = text === undefined ? undefined : parseJson(text.startsWith('\uFEFF') ? text.slice(1) : text);
  if (json === undefined) {
    throw new FieldError(`the body is not the JSON that its content type ${mediaType} says it is`);
  }
  return json;
}

/** Of a payload. Throws FieldError. */
export function isMarkedBase64(payload: Fields): boolean {
  const isBase64Encoded = payload['isBase64Encoded'] ?? false;
  if (typeof isBase64Encoded === 'boolean') return isBase64Encoded;
  throw new FieldError(`isBase64Encoded is ${kindOf(isBase64Encoded)}, expected true or false`);
}

/** `application/json` of `Application/JSON; charset=utf-8`. */
export function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** The bytes in base64, as RFC 4648 has it, with its padding; `undefined` when it is none. */
export function bytesIn(base64: string): Buffer | undefined {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(base64, 'base64');
  // Node skips what is no base64, so that bytes are missing then, and takes the alphabet of URLs too.
  const isWhole = bytes.length === (base64.length / 4) * 3 - padding;
  return isWhole && !base64.includes('-') && !base64.includes('_') ? bytes : undefined;
}

function isJsonType(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType === 'text/json' || mediaType.endsWith('+json');
}

function isCompressed(contentEncoding: string): boolean {
  return contentEncoding !== '' && contentEncoding.toLowerCase() !== 'identity';
}

/** The text in base64; `undefined` when its bytes are not UTF-8. */
function textOf(base64: string): string | undefined {
  const bytes = bytesIn(base64);
  if (bytes === undefined) throw new FieldError('the body is marked as base64 but is not');
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
