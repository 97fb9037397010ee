import type { TraceContext } from '../../events/trace-context.ts';
import type { CloudEvent, Json } from '../../events/trigger-event.ts';
import { fromXRay, parseTraceContext } from '../reading/trace.ts';
import type { ReadableRecord } from '../source.ts';
import { parseHttpBody } from './body.ts';
import { firstOf, toList, type Values } from './values.ts';

/** A request, whichever way it came. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Values;
  /** Decoded. */
  readonly query: Values;
  readonly pathParameters: { readonly [name: string]: string };
  readonly cookies: readonly string[];
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly sourceIp: string | null;
  readonly auth: Json;
};

export type HttpRequestName = {
  readonly id: string;
  readonly sourceArn: string;
  readonly subject: string;
  readonly time: string;
};

/** The one record of a request. Throws FieldError when the body isn't what the headers say it is. */
export function toHttpRecord(request: HttpRequest, name: HttpRequestName): ReadableRecord {
  const { method, path, headers, query, pathParameters, cookies, sourceIp, auth } = request;
  const trace = parseTrace(headers);
  const event: CloudEvent = {
    specversion: '1.0',
    id: name.id,
    source: name.sourceArn,
    type: 'aws.http.request',
    subject: name.subject,
    time: name.time,
    datacontenttype: 'application/json',
    data: { method, path, headers, query, pathParameters, cookies, body: parseBody(request), sourceIp, auth },
  };
  const record = { recordId: name.id, events: [event] };
  return trace === undefined ? record : { ...record, trace };
}

function parseBody({ body, isBase64Encoded, headers }: HttpRequest): Json {
  return parseHttpBody(body, isBase64Encoded, {
    contentType: firstOf(headers['content-type']),
    contentEncoding: firstOf(headers['content-encoding']),
  });
}

/** Of several traceparents none is taken, as W3C has it; a tracestate may come in several headers. */
function parseTrace(headers: Values): TraceContext | undefined {
  const trace = parseTraceContext(headers['traceparent'], toList(headers['tracestate']).join(','));
  if (trace !== undefined) return trace;
  const xRay = firstOf(headers['x-amzn-trace-id']);
  // API Gateway and load balancers add the header to every request, but no parent.
  return xRay?.includes('Parent=') ? fromXRay(xRay) : undefined;
}
