import { describe, expect, it } from 'vitest';
import {
  answerByMessage,
  answerFromFirst,
  answerOrThrow,
  answerWithCheckpoint,
  refuseByThrowing,
} from '../../shared/sources/acknowledgement.ts';
import type { Delivery, DeliveryRecord, Routed, Unrecorded } from '../../shared/sources/source.ts';

const error = new Error('the ledger is down');

/** Of a queue: four messages, of which one can't be read and one has nothing in it. */
const queue = deliveryOf([
  { recordId: 'message-0', events: [] },
  { recordId: 'message-1', error: 'body is missing', bytes: '{}' },
  { recordId: 'message-2', events: [] },
  { recordId: 'message-3', events: [] },
]);

/** Of a shard, by their sequence numbers. */
const shard = (...sequenceNumbers: readonly string[]) =>
  deliveryOf(
    sequenceNumbers.map((itemIdentifier) => ({
      recordId: `shardId-000000000006:${itemIdentifier}`,
      itemIdentifier,
      events: [],
    })),
  );

/** Each list is of the positions that could not be recorded for one job. */
const lacking = (...positions: readonly (readonly number[])[]): Routed => ({
  dispatched: [],
  unrecorded: positions.map((records, at): Unrecorded => ({ job: `job-${at}`, records, error })),
});
const failures = (...ids: readonly string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('the answer for a standard queue', () => {
  it('names each message that could not be recorded, and no other', () => {
    expect(answerByMessage(queue, lacking())).toEqual(failures());
    expect(answerByMessage(queue, lacking([2]))).toEqual(failures('message-2'));
    expect(answerByMessage(queue, lacking([3], [1]))).toEqual(failures('message-1', 'message-3'));
  });

  it('names a message once that could not be recorded for several jobs, or for several runs of one', () => {
    expect(answerByMessage(queue, lacking([0, 2], [2], [2, 2]))).toEqual(failures('message-0', 'message-2'));
  });

  it('has nothing but its failures, whatever was started', () => {
    const dispatched = [{ job: 'ship', runId: 'r', status: 'queued', outcome: 'accepted' } as const];
    expect(answerByMessage(queue, { dispatched, unrecorded: [] })).toEqual({ batchItemFailures: [] });
  });
});

describe('the answer for a FIFO queue', () => {
  it('names all messages from the first on that could not be recorded', () => {
    expect(answerFromFirst(queue, lacking())).toEqual(failures());
    expect(answerFromFirst(queue, lacking([3]))).toEqual(failures('message-3'));
    expect(answerFromFirst(queue, lacking([1]))).toEqual(failures('message-1', 'message-2', 'message-3'));
  });

  it('counts from the first of any job', () => {
    expect(answerFromFirst(queue, lacking([3], [2]))).toEqual(failures('message-2', 'message-3'));
    expect(answerFromFirst(queue, lacking([3, 2], [], [0]))).toEqual(
      failures('message-0', 'message-1', 'message-2', 'message-3'),
    );
  });
});

describe('the answer for a shard', () => {
  it('names the sequence number from which on Lambda has to deliver again', () => {
    expect(answerWithCheckpoint(shard('11', '12', '13'), lacking())).toEqual(failures());
    expect(answerWithCheckpoint(shard('11', '12', '13'), lacking([1]))).toEqual(failures('12'));
    expect(answerWithCheckpoint(shard('11', '12', '13'), lacking([2], [1, 2]))).toEqual(failures('12'));
  });

  it('compares numbers, not texts, of any length', () => {
    expect(answerWithCheckpoint(shard('100', '99'), lacking([0, 1]))).toEqual(failures('99'));
    const big = '49590338271490256608559692538361571095921575989136588';
    expect(answerWithCheckpoint(shard(`${big}10`, `${big}9`), lacking([0, 1]))).toEqual(failures(`${big}9`));
    expect(answerWithCheckpoint(shard(`${big}9`, `${big}8`), lacking([0, 1]))).toEqual(failures(`${big}8`));
  });

  it('leaves out nothing when records come out of order', () => {
    // What comes after 30 in the batch was not recorded either. 20 was, and comes again for nothing.
    expect(answerWithCheckpoint(shard('20', '30', '10', '40'), lacking([1, 2, 3]))).toEqual(failures('10'));
    expect(answerWithCheckpoint(shard('20', '30', '10', '40'), lacking([1]))).toEqual(failures('10'));
    expect(answerWithCheckpoint(shard('30', '10', '20'), lacking([2]))).toEqual(failures('20'));
  });
});

describe('the answer to an asynchronous invocation', () => {
  it('is what was started', () => {
    const run = { job: 'ship', runId: 'r1', status: 'queued', outcome: 'accepted' } as const;
    const known = {
      job: 'bill',
      runId: 'r2',
      status: 'running',
      outcome: 'duplicate',
      location: '/runs/r2',
    } as const;
    expect(answerOrThrow(queue, { dispatched: [run, known], unrecorded: [] })).toEqual({
      runs: [
        { runId: 'r1', job: 'ship', status: 'queued' },
        { runId: 'r2', job: 'bill', status: 'running' },
      ],
    });
    expect(answerOrThrow(queue, { dispatched: [], unrecorded: [] })).toEqual({ runs: [] });
  });

  it('is the first error, thrown as it is, also when other runs were recorded', () => {
    const run = { job: 'ship', runId: 'r1', status: 'queued', outcome: 'accepted' } as const;
    const unrecorded = [
      { job: 'bill', records: [1], error },
      { job: 'ship', records: [2], error: new Error('another') },
    ];
    expect(thrownBy(() => answerOrThrow(queue, { dispatched: [run], unrecorded }))).toBe(error);
  });
});

describe('an answer about very many records', () => {
  const many = shard(...Array.from({ length: 10_000 }, (_, at) => `${1_000_000 + at}`));
  const all = many.records.map((_, at) => at);
  const routed = lacking(...Array.from({ length: 30 }, () => all));

  it('is given for each kind of source', () => {
    expect(answerByMessage(many, routed).batchItemFailures).toHaveLength(10_000);
    expect(answerFromFirst(many, routed).batchItemFailures).toHaveLength(10_000);
    expect(answerWithCheckpoint(many, routed)).toEqual(failures('1000000'));
  });
});

describe('a refusal', () => {
  it('is the error itself, thrown', () => {
    expect(thrownBy(() => refuseByThrowing(error))).toBe(error);
  });
});

function deliveryOf(records: readonly DeliveryRecord[]): Delivery {
  return {
    source: 'sqs',
    id: 'delivery-1',
    sourceArn: 'arn:aws:sqs:eu-west-1:123456789012:orders',
    time: '2026-11-20T10:00:00.000Z',
    addressed: { source: 'sqs' },
    records,
    claimed: { by: 'record' },
    isOrdered: false,
    payload: {},
  };
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}
