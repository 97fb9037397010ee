import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Source } from '../sources/source.ts';
import type { Router } from './router.ts';

export type Trigger = (payload: unknown, context: Context) => Promise<unknown>;

/** Hears of every payload that was not taken, with the error as it was before the source made an answer of it. */
export type Complain = (source: string, error: unknown) => void;

/** The handler of a trigger Lambda: parse, record, answer. It returns once every run is in the ledger. */
export function createTrigger(source: Source, router: Router, complain: Complain): Trigger {
  const handler = middy<unknown, unknown, Error, Context>()
    .onError((request) => {
      complain(source.name, request.error);
      request.response = source.refuse(request.error, request.event);
    })
    .handler(async (payload, { awsRequestId, invokedFunctionArn }) => {
      const delivery = source.parse(payload, { requestId: awsRequestId, functionArn: invokedFunctionArn });
      return source.answer(delivery, await router.route(delivery));
    });
  return (payload, context) => handler(payload, context);
}
