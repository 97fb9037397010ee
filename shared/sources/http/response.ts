import { NotRecordedError } from '../../not-recorded.ts';
import { type Dispatched, EventParseError, NoRuleError, type Routed } from '../source.ts';

/** What a Lambda behind API Gateway returns, for both payload formats; a load balancer's has more to it. */
export type HttpResponse = {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
};

/** Of the statuses that are answered. */
export const reasonPhrases: { readonly [statusCode: number]: string } = {
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  404: 'Not Found',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** A request starts one job at most, since one route has one. */
export function toAnswer({ dispatched: [dispatched], unrecorded: [unrecorded] }: Routed): HttpResponse {
  if (unrecorded !== undefined) return toRefusal(unrecorded.error);
  return dispatched === undefined ? notFound : toAcceptance(dispatched);
}

/**
 * 400, 404, 413, 429, or, for whatever else went wrong, 503. Only what is wrong with the request is told; nothing of
 * what happened inside.
 */
export function toRefusal(error: unknown): HttpResponse {
  if (error instanceof EventParseError) return toProblem(400, error.problem);
  if (error instanceof NoRuleError) return notFound;
  const reason = error instanceof NotRecordedError ? error.reason : 'unavailable';
  return refusals[reason];
}

/** With the run's id, also when the request was a repetition; 422 when its Idempotency-Key was taken. */
function toAcceptance({ runId, job, status, outcome, location }: Dispatched): HttpResponse {
  if (outcome === 'conflict') {
    return toProblem(422, 'This Idempotency-Key was used before, for another request.');
  }
  return {
    statusCode: 202,
    headers: {
      'content-type': 'application/json',
      ...(location !== undefined && { location }),
      ...(outcome === 'duplicate' && { 'idempotency-replayed': 'true' }),
    },
    body: JSON.stringify({ runId, job, status }),
  };
}

/** https://www.rfc-editor.org/rfc/rfc9457 */
function toProblem(status: number, detail: string, retryAfterSeconds?: number): HttpResponse {
  const title = reasonPhrases[status];
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfterSeconds !== undefined && { 'retry-after': `${retryAfterSeconds}` }),
    },
    body: JSON.stringify({ type: 'about:blank', title, status, detail }),
  };
}

const notFound = toProblem(404, 'No job takes this request.');

const refusals: { readonly [reason in NotRecordedError['reason']]: HttpResponse } = {
  unavailable: toProblem(503, 'The request was not recorded, and no job was started. Send it again.', 5),
  throttled: toProblem(
    429,
    'Too much came at once: the request was not recorded, and no job was started. Send it again.',
    5,
  ),
  'too-large': toProblem(413, 'The request is too large to be recorded, and no job was started.'),
};
