import { toClaimed } from './http/idempotency.ts';
import {
  hasLists,
  type LoadBalancerRequest,
  parseLoadBalancerRequest,
} from './http/load-balancer-request.ts';
import { toHttpRecord } from './http/record.ts';
import { type HttpResponse, reasonPhrases, toAnswer, toRefusal } from './http/response.ts';
import { FieldError } from './reading/fields.ts';
import { type Delivery, EventParseError, type Invocation, type Source } from './source.ts';

/**
 * Requests to an Application Load Balancer whose target group is a Lambda function, with multi-value headers or not.
 *
 * Gives:  one record; its headers hold what the client sent, credentials too, until events/redact.ts. Its query is
 *         decoded, which the load balancer doesn't do. `auth` is what the load balancer's headers say; a client
 *         could have sent them itself where the listener doesn't authenticate.
 * Time:   when the load balancer got it, to the second, from X-Amzn-Trace-Id; without one, the moment it was parsed.
 * Id:     the invocation's, as the payload has none. An Idempotency-Key claims 24 hours for its target group,
 *         method, path and signed-in caller.
 * Answer: a health check that starts nothing gets a 200.
 * Throws: EventParseError, also for a JSON body that is none and for an Idempotency-Key that is empty or
 *         longer than 255 characters; the client gets a 400.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export const applicationLoadBalancer: Source = {
  name: 'application-load-balancer',

  parse(payload, invocation) {
    try {
      return toDelivery(parseLoadBalancerRequest(payload), payload, invocation);
    } catch (cause) {
      if (!(cause instanceof FieldError)) throw cause;
      throw new EventParseError('application-load-balancer', cause.message, { cause });
    }
  },

  answer({ addressed, payload }, routed) {
    const isHealthCheck = addressed.source === 'application-load-balancer' && addressed.isHealthCheck;
    const startsNothing = routed.dispatched.length === 0 && routed.unrecorded.length === 0;
    return toResponse(isHealthCheck && startsNothing ? healthy : toAnswer(routed), payload);
  },

  refuse: (error, payload) => toResponse(toRefusal(error), payload),
};

/** The headers are in the form that the target group has for requests. */
export type LoadBalancerResponse = {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly isBase64Encoded: false;
  readonly body: string;
} & (
  | { readonly headers: HttpResponse['headers'] }
  | { readonly multiValueHeaders: { readonly [name: string]: readonly string[] } }
);

const healthy: HttpResponse = { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' };

function toDelivery(request: LoadBalancerRequest, payload: unknown, { requestId }: Invocation): Delivery {
  const { targetGroupArn: sourceArn, identity, addressed, http } = request;
  const { method, path } = http;
  const time = request.time ?? new Date().toISOString();
  return {
    source: 'application-load-balancer',
    id: requestId,
    sourceArn,
    time,
    addressed,
    records: [toHttpRecord(http, { id: requestId, sourceArn, subject: path, time })],
    claimed: toClaimed(http, [sourceArn, method, path, identity]),
    isOrdered: false,
    payload,
  };
}

function toResponse({ statusCode, headers, body }: HttpResponse, payload: unknown): LoadBalancerResponse {
  const status = {
    statusCode,
    statusDescription: `${statusCode} ${reasonPhrases[statusCode]}`,
    isBase64Encoded: false,
    body,
  } as const;
  if (!hasLists(payload)) return { ...status, headers };
  const lists = Object.entries(headers).map(([name, value]) => [name, [value]]);
  return { ...status, multiValueHeaders: Object.fromEntries(lists) };
}
