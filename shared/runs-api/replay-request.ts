import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { isObject, parseJson } from '../events/json.ts';
import { isRequestId } from '../router/commands.ts';
import { readBody } from './body.ts';
import { RequestError } from './request-error.ts';

/** Of a request's body: Lambda's limit for what API Gateway hands it. */
const mostBytes = 6_291_456;

const expected = 'The body is JSON such as { "event": … }, or left out for the event as it was';

/**
 * What a replay is asked with: its Idempotency-Key, and in the body `{ "event": … }`, an event in place of the run's.
 * Without a key each request is another replay. Throws RequestError.
 */
export async function readReplay(
  context: Context,
): Promise<{ readonly requestId: string; readonly event?: string }> {
  const requestId = context.req.header('idempotency-key') ?? randomUUID();
  if (!isRequestId(requestId)) throw new RequestError(400, 'An Idempotency-Key has 1 to 255 characters.');
  const event = toEvent(await readText(context));
  return { requestId, ...(event !== undefined && { event }) };
}

async function readText(context: Context): Promise<string> {
  const body = await readBody(context, mostBytes);
  if (body === undefined)
    throw new RequestError(413, `The body is larger than ${mostBytes} bytes.`, { connection: 'close' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new RequestError(400, `${expected}; this one is no UTF-8.`);
  }
}

/** As text again; numbers that JavaScript can't hold exactly have become text. */
function toEvent(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const body = parseJson(text);
  if (body === undefined)
    throw new RequestError(400, `${expected}; this one is no JSON, or is nested too deeply.`);
  if (!isObject(body) || Object.keys(body).some((key) => key !== 'event'))
    throw new RequestError(400, `${expected}; this one has something else in it.`);
  return 'event' in body ? JSON.stringify(body['event']) : undefined;
}
