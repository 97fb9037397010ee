import { createHash, hash } from 'node:crypto';
import type { Json } from '../../events/trigger-event.ts';
import { FieldError } from '../reading/fields.ts';
import type { ClaimedBy } from '../source.ts';
import type { HttpRequest } from './record.ts';
import type { Values } from './values.ts';

const dayInSeconds = 86_400;

/**
 * By the request's Idempotency-Key, if it has one: for 24 hours, within `scope`, which says where it was sent and by
 * whom. The fingerprint tells whether a request that comes with the key again is the same: method, path, query and
 * the bytes of the body. Throws FieldError for a key that is empty or longer than 255 characters, or for several.
 */
export function toClaimed(request: HttpRequest, scope: readonly Json[]): ClaimedBy {
  const key = parseIdempotencyKey(request.headers);
  if (key === undefined) return { by: 'run' };
  // Hashed as JSON, so that no two lists of texts look the same.
  const encoded = JSON.stringify(['idempotency-key', ...scope, key]);
  return {
    by: 'key',
    claim: { id: hash('sha256', encoded), seconds: dayInSeconds },
    fingerprint: toFingerprint(request),
  };
}

function parseIdempotencyKey(headers: Values): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length >= 1 && key.length <= 255) return key;
  const found = typeof key === 'string' ? `${key.length} characters` : `${key.length} values`;
  throw new FieldError(`the Idempotency-Key has ${found}, expected one of 1 to 255 characters`);
}

function toFingerprint({ method, path, query, body, isBase64Encoded }: HttpRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, query]))
    .update('\n')
    .update(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
    .digest('hex');
}
