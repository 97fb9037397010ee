import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Delivery, Routed, Source } from '../sources/source.ts';
import type { Router } from './router.ts';

export type Trigger = (payload: unknown, context: Context) => Promise<unknown>;

/** Hears of every invocation. */
export type TriggerLog = {
  /** What became of a payload; some of it may not have been recorded. */
  routed(delivery: Delivery, routed: Routed, requestId: string): void;
  /** A payload was not taken; the error is as it was before the source made an answer of it. */
  refused(source: string, error: unknown, requestId: string): void;
};

/**
 * The handler of a trigger Lambda: parse, record, answer. It returns once every run is in the ledger, or is named in
 * the answer as one that isn't.
 */
export function createTrigger(source: Source, router: Router, log: TriggerLog): Trigger {
  // Without middy's answer just before the timeout, which would come while a run is being recorded.
  const take = middy<unknown, () => unknown, Error, Context>({ timeoutEarlyInMillis: 0 })
    .onError((request) => {
      log.refused(source.name, request.error, request.context.awsRequestId);
      request.response = () => source.refuse(request.error, request.event);
    })
    .handler(async (payload, { awsRequestId, invokedFunctionArn }) => {
      const delivery = source.parse(payload, { requestId: awsRequestId, functionArn: invokedFunctionArn });
      const routed = await router.route(delivery);
      log.routed(delivery, routed, awsRequestId);
      return () => source.answer(delivery, routed);
    });
  // What an answer throws is said to Lambda as it is: it's no payload that was not taken.
  return async (payload, context) => (await take(payload, context))();
}
