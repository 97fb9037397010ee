import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../shared/runs/effect.ts';
import { type Run, type RunStatus, runStatuses } from '../../shared/runs/run.ts';
import { createSqsWaker } from '../../shared/wakers/sqs.ts';
import { parseWakeMessage } from '../../shared/wakers/wake-message.ts';
import { runId, start, toPlan, toRun, toRunId } from '../support/draft.ts';
import {
  createQueue,
  type Fault,
  type FauxqsOptions,
  type SeenRequest,
  startFauxqs,
  toSqsRefusal,
} from '../support/fauxqs.ts';
import { until } from '../support/until.ts';

async function openWaker(longestSeconds = 5, options: FauxqsOptions = {}) {
  const fauxqs = await startFauxqs(options);
  const queueUrl = await createQueue(fauxqs, 'signalbox-wake');
  const { sqs } = fauxqs;
  const waker = createSqsWaker({ client: async () => sqs, queueUrl, now: () => start, longestSeconds });
  return { ...fauxqs, queueUrl, waker };
}

/** A run whose next start is so many seconds after the test's time. */
function toWaiting(id: string, seconds: number, change: Partial<Run> = {}): Run {
  const at = start + seconds * 1000;
  return toRun({ id, status: 'waiting', next: { attempt: 2, start: 1, at }, dueAt: at, ...change });
}

function toStop(notBefore: number): Effect {
  return { kind: 'stop', key: `stop:${notBefore}`, token: `${runId}-1-1`, notBefore };
}

function toBatches(requests: readonly SeenRequest[]) {
  return requests.map(({ headers, body }) => {
    expect(headers['x-amz-target']).toBe('AmazonSQS.SendMessageBatch');
    return (body as { Entries: { Id: string; MessageBody: string; DelaySeconds: number }[] }).Entries;
  });
}

function toSent(requests: readonly SeenRequest[]) {
  return toBatches(requests)
    .flat()
    .map(({ MessageBody, DelaySeconds }) => [parseWakeMessage(MessageBody), DelaySeconds]);
}

async function receive(sqs: SQSClient, queueUrl: string): Promise<(string | undefined)[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body }) => Body);
}

async function toReasons(wakes: readonly Promise<void>[]): Promise<(string | undefined)[]> {
  const results = await Promise.allSettled(wakes);
  return results.map((result) =>
    result.status === 'rejected' ? (result.reason as Error).message : undefined,
  );
}

describe('the wake queue', () => {
  it('sends a run whose turn has come as a message that can be received at once', async () => {
    const { waker, sqs, queueUrl } = await openWaker();
    await waker.wake(toWaiting(runId, 0, { status: 'queued' }));
    expect(await receive(sqs, queueUrl)).toEqual([`{"runId":"${runId}","at":1795168800000}`]);
  });

  it('has a queue for each target, where its URL says so', async () => {
    const fauxqs = await startFauxqs();
    const { sqs, endpoint } = fauxqs;
    const queues = await Promise.all(
      ['fargate', 'codebuild'].map((target) => createQueue(fauxqs, `wake-${target}`)),
    );
    const queueUrl = `${endpoint}/000000000000/wake-{target}`;
    const waker = createSqsWaker({ client: async () => sqs, queueUrl, now: () => start });
    const build = toPlan({ work: { target: 'codebuild', project: 'report' } });
    const network = { subnets: [], securityGroups: [], assignPublicIp: false };
    const definition = { cluster: 'jobs', taskDefinition: 'job', container: 'job', isSpot: false };
    const task = toPlan({ work: { target: 'fargate', network, ...definition } });
    await Promise.all([
      waker.wake(toWaiting(toRunId(1), 0, { plan: task })),
      waker.wake(toWaiting(toRunId(2), 0, { plan: build })),
      waker.wake(toWaiting(toRunId(3), 0, { plan: task })),
    ]);
    const received = await Promise.all(queues.map((queue) => receive(sqs, queue)));
    expect(received.map((bodies) => bodies.map((body = '') => parseWakeMessage(body)?.runId).sort())).toEqual(
      [[toRunId(1), toRunId(3)], [toRunId(2)]],
    );
  });

  it('gives a message out when its time has come, and not before', async () => {
    const { waker, sqs, queueUrl } = await openWaker();
    await waker.wake(toWaiting(runId, 0.4));
    expect(await receive(sqs, queueUrl)).toEqual([]);
    const bodies = await until('the message', async () => {
      const received = await receive(sqs, queueUrl);
      return received.length > 0 && received;
    });
    expect(bodies).toEqual([`{"runId":"${runId}","at":1795168800400}`]);
  });

  it.each([
    [-3600, 0],
    [0, 0],
    [0.001, 1],
    [1, 1],
    [1.001, 2],
    [59.5, 60],
    [899.999, 900],
    [900, 900],
  ])('asks for a date %d s ahead with a delay of %d s, and names the date itself', async (seconds, delay) => {
    const { waker, requests } = await openWaker();
    await waker.wake(toWaiting(runId, seconds));
    expect(toSent(requests)).toEqual([[{ runId, at: start + seconds * 1000 }, delay]]);
  });

  it('sends nothing for a turn that is further off than SQS holds messages back: the sweep does when it is near', async () => {
    const { waker, requests } = await openWaker();
    await waker.wake(toWaiting(toRunId(1), 900.001));
    await waker.wake(toWaiting(toRunId(2), 86_400));
    await waker.wake(toWaiting(toRunId(3), 86_400, { outbox: [toStop(start + 5000)] }));
    expect(toSent(requests)).toEqual([[{ runId: toRunId(3), at: start + 5000 }, 5]]);
  });

  it('wakes for what failed and is tried again, whatever the run is doing', async () => {
    const { waker, requests } = await openWaker();
    for (const status of runStatuses) {
      await waker.wake(toRun({ status, outbox: [toStop(start + 9000), toStop(start + 5000)] }));
    }
    expect(toSent(requests)).toEqual(runStatuses.map(() => [{ runId, at: start + 5000 }, 5]));
  });

  it('wakes for whatever is first, a turn or something owed', async () => {
    const { waker, requests } = await openWaker();
    await waker.wake(toWaiting(toRunId(1), 30, { outbox: [toStop(start + 5000)] }));
    await waker.wake(toWaiting(toRunId(2), 3, { outbox: [toStop(start + 5000)] }));
    expect(toSent(requests)).toEqual([
      [{ runId: toRunId(1), at: start + 5000 }, 5],
      [{ runId: toRunId(2), at: start + 3000 }, 3],
    ]);
  });

  it('sends nothing for what the sweep looks at: work being done now, jobs that run, timeouts', async () => {
    const { waker, requests } = await openWaker();
    const others = runStatuses.filter((status) => status !== 'queued' && status !== 'waiting');
    const runs = others.flatMap((status: RunStatus) => [
      toRun({ status, dueAt: start + 30_000 }),
      toRun({ status, dueAt: start + 30_000, outbox: [toStop(start), toStop(start - 5000)] }),
      // Left behind by its last turn.
      toWaiting(runId, 10, { status }),
    ]);
    await Promise.all(runs.map((run) => waker.wake(run)));
    // Whatever they had sent would have gone with this.
    await waker.wake(toWaiting(runId, 0));
    expect(toSent(requests)).toEqual([[{ runId, at: start }, 0]]);
  });

  it('sends nothing for a look that failed: the sweep makes many in one call', async () => {
    const { waker, requests } = await openWaker();
    const look = {
      kind: 'describe',
      key: 'describe:t',
      token: 't',
      failures: 1,
      notBefore: start + 5000,
    } as const;
    await waker.wake(toRun({ status: 'running', dueAt: start + 5000, outbox: [look] }));
    await waker.wake(toWaiting(runId, 0));
    expect(toSent(requests)).toEqual([[{ runId, at: start }, 0]]);
  });

  it('sends nothing for announcements', async () => {
    const { waker, requests } = await openWaker();
    const announcement = { what: 'succeeded', at: start, attempt: 1 } as const;
    await waker.wake(
      toRun({
        status: 'succeeded',
        dueAt: start + 5000,
        outbox: [{ kind: 'announce', to: 'bus', key: 'announce:1', announcement, notBefore: start + 5000 }],
      }),
    );
    await waker.wake(toWaiting(runId, 0));
    expect(toSent(requests)).toEqual([[{ runId, at: start }, 0]]);
  });

  describe('when many ask at once', () => {
    it('sends 25 in three calls, in their order', async () => {
      const { waker, requests } = await openWaker();
      const ids = Array.from({ length: 25 }, (_, index) => toRunId(index));
      await Promise.all(ids.map((id) => waker.wake(toWaiting(id, 0))));
      const batches = toBatches(requests);
      expect(batches.map((entries) => entries.length).sort((a, b) => b - a)).toEqual([10, 10, 5]);
      const batchIds = batches.map((entries) =>
        entries.map(({ MessageBody }) => parseWakeMessage(MessageBody)?.runId),
      );
      for (const batch of [ids.slice(0, 10), ids.slice(10, 20), ids.slice(20)]) {
        expect(batchIds).toContainEqual(batch);
      }
    });

    it('sends those together that are asked for in one turn of the event loop, however deep in promises', async () => {
      const { waker, requests } = await openWaker();
      const deep = async (depth: number): Promise<void> => {
        for (let step = 0; step < depth; step++) await undefined;
        await waker.wake(toWaiting(toRunId(depth), 0));
      };
      await Promise.all([deep(0), deep(5), deep(50)]);
      expect(toBatches(requests).map((entries) => entries.length)).toEqual([3]);
    });

    it('sends what is asked for later in a call of its own', async () => {
      const { waker, requests } = await openWaker();
      await waker.wake(toWaiting(toRunId(1), 0));
      await waker.wake(toWaiting(toRunId(2), 0));
      expect(toBatches(requests).map((entries) => entries.length)).toEqual([1, 1]);
    });

    it('rejects just those that SQS refuses', async () => {
      const { waker, sqs, queueUrl, faults } = await openWaker();
      // No message may hold this character: https://www.w3.org/TR/REC-xml/#charsets
      const spoil: Fault = {
        kind: 'edit',
        edit(body) {
          const { Entries } = body as { Entries: { MessageBody: string }[] };
          for (const index of [1, 3]) Object.assign(Entries[index] ?? {}, { MessageBody: '\u0000' });
        },
      };
      faults.push(spoil);
      const reasons = await toReasons([1, 2, 3, 4, 5].map((n) => waker.wake(toWaiting(toRunId(n), 0))));
      expect(reasons).toEqual([
        undefined,
        expect.stringMatching(
          new RegExp(`^the wake-up of run ${toRunId(2)} could not be sent: InvalidMessageContents: `),
        ),
        undefined,
        expect.stringMatching(
          new RegExp(`^the wake-up of run ${toRunId(4)} could not be sent: InvalidMessageContents: `),
        ),
        undefined,
      ]);
      const received = (await receive(sqs, queueUrl)).map((body) => parseWakeMessage(body ?? '')?.runId);
      expect(received).toEqual([toRunId(1), toRunId(3), toRunId(5)]);
    });

    it('rejects those that an answer does not mention', async () => {
      const { waker, faults } = await openWaker();
      const answer = { Successful: [], Failed: [] };
      faults.push({
        kind: 'answer',
        status: 200,
        contentType: 'application/x-amz-json-1.0',
        body: JSON.stringify(answer),
      });
      expect(await toReasons([waker.wake(toWaiting(runId, 0))])).toEqual([
        `the wake-up of run ${runId} could not be sent: the answer does not mention it`,
      ]);
    });

    it('rejects those of the call that failed, and not those of another', async () => {
      const { waker, faults } = await openWaker(5, { maxAttempts: 1 });
      faults.push(toSqsRefusal(403, 'AccessDeniedException', 'not allowed to send'));
      const reasons = await toReasons(
        Array.from({ length: 15 }, (_, n) => waker.wake(toWaiting(toRunId(n), 0))),
      );
      const refused = reasons.filter((reason) => reason !== undefined);
      expect([5, 10]).toContain(refused.length);
      for (const reason of refused) expect(reason).toMatch(/: AccessDeniedException: not allowed to send$/);
    });
  });

  describe('when something goes wrong', () => {
    it('sends again when an answer gets lost: there are two messages then, which is no harm', async () => {
      const { waker, sqs, queueUrl, faults } = await openWaker();
      faults.push({ kind: 'lost-answer' });
      await waker.wake(toWaiting(runId, 0));
      const body = `{"runId":"${runId}","at":1795168800000}`;
      expect(await receive(sqs, queueUrl)).toEqual([body, body]);
    });

    it('gives up when nobody answers in time, and goes on with the next', async () => {
      const { waker, faults, requests } = await openWaker(0.2);
      faults.push({ kind: 'silence' });
      expect(await toReasons([waker.wake(toWaiting(runId, 0))])).toEqual([
        `the wake-up of run ${runId} could not be sent: no answer within 0.2 s`,
      ]);
      await waker.wake(toWaiting(runId, 0));
      expect(requests).toHaveLength(2);
    }, 8_000);

    it('says so when there is no queue', async () => {
      const { sqs, endpoint } = await openWaker();
      const queueUrl = `${endpoint}/000000000000/not-there`;
      const waker = createSqsWaker({ client: async () => sqs, queueUrl, now: () => start });
      const [reason] = await toReasons([waker.wake(toWaiting(runId, 0))]);
      expect(reason).toMatch(
        /^the wake-up of run 0fq7m2k9x4c8v1b6n3z5h0t2wr could not be sent: QueueDoesNotExist/,
      );
    });

    it('says so when there is no client to be had, and tries again the next time', async () => {
      const { sqs, queueUrl, requests } = await openWaker();
      let asked = 0;
      const client = async () => {
        asked += 1;
        if (asked === 1) throw new Error('Region is missing');
        return sqs;
      };
      const waker = createSqsWaker({ client, queueUrl, now: () => start });
      expect(await toReasons([waker.wake(toWaiting(runId, 0))])).toEqual([
        `the wake-up of run ${runId} could not be sent: Error: Region is missing`,
      ]);
      await waker.wake(toWaiting(runId, 0));
      expect(requests).toHaveLength(1);
    });
  });
});

describe('a message of the wake queue', () => {
  const runIds = fc.string({
    unit: fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyz'),
    minLength: 26,
    maxLength: 26,
  });
  const dates = fc.integer({ min: 0, max: 8.64e15 });

  it('is read as it was sent, whatever else is in it', () => {
    fc.assert(
      fc.property(runIds, dates, fc.dictionary(fc.string(), fc.jsonValue()), (id, at, others) => {
        expect(parseWakeMessage(JSON.stringify({ ...others, runId: id, at }))).toEqual({ runId: id, at });
      }),
    );
  });

  it('gives a run and a date or nothing, whatever text it is', () => {
    const values = fc.oneof(runIds, dates, fc.jsonValue(), fc.double());
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.record({ runId: values, at: values }, { requiredKeys: [] }).map((value) => JSON.stringify(value)),
      fc
        .tuple(runIds, fc.integer({ min: 0, max: 80 }))
        .map(([id, length]) => JSON.stringify({ runId: id, at: start }).slice(0, length)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const message = parseWakeMessage(text);
        if (message === undefined) return;
        expect(Object.keys(message)).toEqual(['runId', 'at']);
        expect(message.runId).toMatch(/^[0-9a-z]{26}$/);
        expect(new Date(message.at).getTime()).toBe(message.at);
        expect(message.at).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each([
    '',
    'null',
    '1',
    '"text"',
    '[]',
    '{}',
    `{"runId":"${runId}"}`,
    `{"at":${start}}`,
    `{"runId":"${runId}","at":"${start}"}`,
    `{"runId":"${runId}","at":null}`,
    `{"runId":"${runId}","at":-1}`,
    `{"runId":"${runId}","at":0.5}`,
    `{"runId":"${runId}","at":1e999}`,
    `{"runId":"${runId}","at":8.65e15}`,
    `{"runId":"${runId.toUpperCase()}","at":${start}}`,
    `{"runId":"${runId}0","at":${start}}`,
    `{"runId":"${runId}\\n","at":${start}}`,
    `{"runId":["${runId}"],"at":${start}}`,
    `{"__proto__":{"runId":"${runId}","at":${start}}}`,
    `[{"runId":"${runId}","at":${start}}]`,
    `{"runId":"${runId}","at":${start}`,
    '['.repeat(100_000),
  ])('is nothing when it is %.60s', (body) => {
    expect(parseWakeMessage(body)).toBeUndefined();
  });
});
