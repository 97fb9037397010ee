import { compareDigits } from '../events/number.ts';
import type { Delivery, DeliveryRecord, Dispatched, Routed } from './source.ts';

/**
 * For sources that invoke asynchronously: what can't be recorded is thrown, so that Lambda delivers it again, and in
 * the end hands it to the function's failure destination. What had been recorded is known by then, and starts nothing.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function answerOrThrow(_delivery: Delivery, { dispatched, unrecorded }: Routed) {
  const [first] = unrecorded;
  if (first) throw first.error;
  return { runs: dispatched.map(toRun) };
}

/** Of a standard queue: each message that could not be recorded becomes visible again, and no other. */
export function answerByMessage({ records }: Delivery, { unrecorded }: Routed): BatchAnswer {
  const failed = positionsOf(unrecorded);
  return toBatchAnswer(records.filter((_, position) => failed.has(position)));
}

/** Of a FIFO queue: from the first message that could not be recorded on, or their order would be lost. */
export function answerFromFirst({ records }: Delivery, { unrecorded }: Routed): BatchAnswer {
  const failed = positionsOf(unrecorded);
  const first = records.findIndex((_, position) => failed.has(position));
  return toBatchAnswer(first === -1 ? [] : records.slice(first));
}

/** Of a shard: the lowest sequence number that could not be recorded, from which on Lambda delivers again. */
export function answerWithCheckpoint(delivery: Delivery, routed: Routed): BatchAnswer {
  const { batchItemFailures } = answerFromFirst(delivery, routed);
  const lowest = batchItemFailures.toSorted((a, b) => compareDigits(a.itemIdentifier, b.itemIdentifier))[0];
  return { batchItemFailures: lowest === undefined ? [] : [lowest] };
}

/** Throws: the whole payload comes again. */
export function refuseByThrowing(error: unknown): never {
  throw error;
}

/**
 * Needs ReportBatchItemFailures on the mapping, which otherwise takes any return for a success.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export type BatchAnswer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

function positionsOf(unrecorded: Routed['unrecorded']): ReadonlySet<number> {
  return new Set(unrecorded.flatMap(({ records }) => records));
}

function toBatchAnswer(records: readonly DeliveryRecord[]): BatchAnswer {
  return {
    batchItemFailures: records.map(({ recordId, itemIdentifier = recordId }) => ({ itemIdentifier })),
  };
}

function toRun({ runId, job, status }: Dispatched) {
  return { runId, job, status };
}
