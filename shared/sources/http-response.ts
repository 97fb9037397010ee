import { type Dispatched, EventParseError, NoRuleError } from './source.ts';

/** What a Lambda behind API Gateway or a load balancer returns; both payload formats take it. */
export type HttpResponse = {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
};

/** 202 with the run's id, also when the request was a repetition; 422 when its Idempotency-Key was taken. */
export function toAnswer([dispatched]: readonly Dispatched[]): HttpResponse {
  if (dispatched === undefined) return toProblem(404, 'No job takes this request.');
  const { runId, job, status, outcome } = dispatched;
  if (outcome === 'conflict') {
    return toProblem(422, 'This Idempotency-Key was used before, for another request.');
  }
  return {
    statusCode: 202,
    headers: {
      'content-type': 'application/json',
      location: `/runs/${runId}`,
      ...(outcome === 'duplicate' && { 'idempotency-replayed': 'true' }),
    },
    body: JSON.stringify({ runId, job, status }),
  };
}

/** 400, 404 or, for whatever else went wrong, a 503 that says nothing of what it was. */
export function toRefusal(error: unknown): HttpResponse {
  if (error instanceof EventParseError) return toProblem(400, error.problem);
  if (error instanceof NoRuleError) return toProblem(404, 'No job takes this request.');
  const unavailable = toProblem(503, 'The request was not recorded, and no job was started. Send it again.');
  return { ...unavailable, headers: { ...unavailable.headers, 'retry-after': '5' } };
}

const titles = {
  400: 'Bad Request',
  404: 'Not Found',
  422: 'Unprocessable Content',
  503: 'Service Unavailable',
} as const;

/** https://www.rfc-editor.org/rfc/rfc9457 */
function toProblem(status: keyof typeof titles, detail: string): HttpResponse {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: 'about:blank', title: titles[status], status, detail }),
  };
}
