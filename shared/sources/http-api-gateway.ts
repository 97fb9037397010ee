import { type HttpApiRequest, parseHttpApiRequest } from './http/api-gateway-request.ts';
import { toClaimed } from './http/idempotency.ts';
import { toHttpRecord } from './http/record.ts';
import { toAnswer, toRefusal } from './http/response.ts';
import { FieldError } from './reading/fields.ts';
import { type Delivery, EventParseError, type Invocation, type Source } from './source.ts';

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
    try {
      return toDelivery(parseHttpApiRequest(payload), payload, invocation);
    } catch (cause) {
      if (!(cause instanceof FieldError)) throw cause;
      throw new EventParseError('http-api-gateway', cause.message, { cause });
    }
  },

  answer: (_delivery, routed) => toAnswer(routed),
  refuse: (error) => toRefusal(error),
};

function toDelivery(request: HttpApiRequest, payload: unknown, invocation: Invocation): Delivery {
  const { apiId, requestId: id, routeKey, method, path, time, caller } = request;
  const sourceArn = toSourceArn(request, invocation);
  return {
    source: 'http-api-gateway',
    id,
    sourceArn,
    time,
    addressed: { source: 'http-api-gateway', method, path, routeKey, apiId },
    records: [toHttpRecord(request, { id, sourceArn, subject: routeKey, time })],
    claimed: toClaimed(request, [apiId, routeKey, caller]),
    isOrdered: false,
    payload,
  };
}

function toSourceArn({ accountId, apiId }: HttpApiRequest, { functionArn }: Invocation): string {
  const [, partition, , region] = functionArn.split(':');
  return `arn:${partition || 'aws'}:execute-api:${region || 'local'}:${accountId}:${apiId}`;
}
