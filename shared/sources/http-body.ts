import { parseJson } from '../events/json.ts';
import type { Json } from '../events/trigger-event.ts';

/** A body that isn't what its content type or its encoding says it is. */
export class HttpBodyError extends Error {
  override readonly name = 'HttpBodyError';
}

/**
 * The body of a request as a job sees it: JSON when its content type says so, text when it is UTF-8, else
 * `{ base64 }`. No body, or an empty one, is null. A compressed body (Content-Encoding) isn't unpacked.
 * Numbers in JSON are those that JSON.parse makes of them: 12345678901234567890 loses its last digits, so
 * whoever sends such numbers sends them as text.
 *
 * Throws HttpBodyError.
 */
export function parseHttpBody(
  body: string | null,
  isBase64: boolean,
  headers: { readonly contentType?: string | undefined; readonly contentEncoding?: string | undefined },
): Json {
  if (body === null || body === '') return null;
  const text = isBase64 ? textOf(body) : body;
  const mediaType = mediaTypeOf(headers.contentType ?? '');
  const isCompressed = !/^(|identity)$/i.test(headers.contentEncoding ?? '');
  if (isCompressed || !isJsonType(mediaType)) return text ?? { base64: body };
  const json = text === undefined ? undefined : parseJson(text.replace(/^\uFEFF/, ''));
  if (json === undefined) {
    throw new HttpBodyError(`the body is not the JSON that its content type ${mediaType} says it is`);
  }
  return json;
}

/** `application/json` of `Application/JSON; charset=utf-8`. */
export function mediaTypeOf(contentType: string): string {
  const [type = ''] = contentType.split(';', 1);
  return type.trim().toLowerCase();
}

function isJsonType(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType === 'text/json' || mediaType.endsWith('+json');
}

/** The text in base64; `undefined` when its bytes are not UTF-8. */
function textOf(base64: string): string | undefined {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw new HttpBodyError('the body is marked as base64 but is not');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
