import { createHash } from 'node:crypto';
import type { Claim } from '../events/claim.ts';
import { type HttpApiRequest, parseHttpApiRequest } from './http-api-gateway-request.ts';
import { HttpBodyError, parseHttpBody } from './http-body.ts';
import { toAnswer, toRefusal } from './http-response.ts';
import { EventParseError, type Invocation, type Source } from './source.ts';

/**
 * Requests to an Amazon API Gateway HTTP API, payload formats 1.0 and 2.0.
 *
 * Gives:  one record; its headers hold what the client sent, credentials too, until events/redact.ts.
 * Id:     the request's. An Idempotency-Key claims 24 hours for its API, route and authenticated caller, and
 *         the fingerprint tells whether a request that comes with it again is the same.
 * Throws: EventParseError, also for a JSON body that is none and for an Idempotency-Key that is empty or
 *         longer than 255 characters; the client gets a 400.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const httpApiGateway: Source = {
  name: 'http-api-gateway',

  parse(payload, invocation) {
    const request = parseHttpApiRequest(payload);
    const { apiId, requestId, routeKey, method, path } = request;
    const sourceArn = toSourceArn(request, invocation);
    const time = new Date(request.timeMs).toISOString();
    const key = parseIdempotencyKey(request);
    const traceparent = parseTraceparent(request);
    return {
      source: 'http-api-gateway',
      id: requestId,
      sourceArn,
      time,
      addressed: { source: 'http-api-gateway', method, path, routeKey, apiId },
      records: [
        {
          recordId: requestId,
          event: {
            specversion: '1.0',
            id: requestId,
            source: sourceArn,
            type: 'aws.http.request',
            subject: routeKey,
            time,
            datacontenttype: 'application/json',
            data: {
              method,
              path,
              headers: request.headers,
              query: request.query,
              pathParameters: request.pathParameters,
              cookies: request.cookies,
              body: parseBody(request),
              sourceIp: request.sourceIp,
              auth: request.auth,
            },
          },
        },
      ],
      claims: key === undefined ? [] : [toClaim(request, key)],
      ...(key !== undefined && { fingerprint: toFingerprint(request) }),
      payload,
      ...(traceparent !== undefined && { traceparent }),
    };
  },

  answer: (_delivery, dispatched) => toAnswer(dispatched),
  refuse: (error) => toRefusal(error),
};

function toSourceArn({ accountId, apiId }: HttpApiRequest, { functionArn }: Invocation): string {
  const [, partition, , region] = functionArn.split(':');
  return `arn:${partition || 'aws'}:execute-api:${region || 'local'}:${accountId}:${apiId}`;
}

function parseBody({ body, isBase64Encoded, headers }: HttpApiRequest) {
  const contentType = single(headers['content-type']);
  const contentEncoding = single(headers['content-encoding']);
  try {
    return parseHttpBody(body, isBase64Encoded, { contentType, contentEncoding });
  } catch (cause) {
    if (cause instanceof HttpBodyError) {
      throw new EventParseError('http-api-gateway', cause.message, { cause });
    }
    throw cause;
  }
}

function parseIdempotencyKey({ headers }: HttpApiRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const found = typeof key === 'string' ? `${key.length} characters` : `${key.length} values`;
  if (typeof key === 'string' && key.length >= 1 && key.length <= 255) return key;
  throw new EventParseError(
    'http-api-gateway',
    `the Idempotency-Key has ${found}, expected one of 1 to 255 characters`,
  );
}

const dayInSeconds = 86_400;

/** Hashed as JSON, so that no two lists of texts look the same. */
function toClaim({ apiId, routeKey, caller }: HttpApiRequest, key: string): Claim {
  const encoded = JSON.stringify(['idempotency-key', apiId, routeKey, caller, key]);
  return { id: createHash('sha256').update(encoded).digest('hex'), seconds: dayInSeconds };
}

function toFingerprint({ method, path, rawQuery, body, isBase64Encoded }: HttpApiRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, rawQuery]))
    .update('\n')
    .update(Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'))
    .digest('hex');
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function parseTraceparent({ headers }: HttpApiRequest): string | undefined {
  const header = single(headers['traceparent']) ?? '';
  const isValid = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header);
  return isValid ? header : undefined;
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
