import { describe, expect, it } from 'vitest';
import type { Cause } from '../../shared/runs/failure.ts';
import type { Order } from '../../shared/runs/order.ts';
import type { Handle, Report, StartAnswer, Target } from '../../shared/targets/target.ts';
import { runId } from '../support/draft.ts';
import { until } from '../support/until.ts';

/** A target with a place to run jobs in, of the running test's own; it cleans up by itself. */
export type TargetWorld = {
  readonly target: Target;
  /** An order for a job of some nature: `waits` goes on until it is stopped. */
  readonly toOrder: (token: string, job: 'succeeds' | 'fails with 3' | 'waits') => Order;
  /** How often jobs really began, by token; counted by the jobs or their service, not by the target. */
  readonly begun: (token: string) => number;
  /** What it says of a token that was never started, when it's asked to stop that. */
  readonly stopsUnstarted: 'for good' | 'not known';
  /** How it says that a job ended with exit code 3. */
  readonly failure: Partial<Cause>;
};

/** What every target owes the engine. */
export function testTarget(name: string, create: () => TargetWorld | Promise<TargetWorld>): void {
  const token = `${runId}-1-1`;
  const inline = { tier: 'inline', text: '{"id":"event-1"}' } as const;

  describe(`the target ${name}`, () => {
    it('starts a job, and reports that it runs and how it ended', async () => {
      const { target, toOrder, begun } = await create();
      const order = toOrder(token, 'succeeds');
      const answer = await target.start(order, inline);
      expect(answer.kind).toBe('started');
      const handle = toHandle(order, answer);
      const report = await untilEnded(target, handle);
      expect(report).toMatchObject({ token, externalId: handle.externalId });
      expect(report).not.toHaveProperty('failure');
      expect(report.endedAt).toBeLessThanOrEqual(Date.now());
      expect(begun(token)).toBe(1);
    });

    it('reports how a job failed', async () => {
      const { target, toOrder, failure } = await create();
      const order = toOrder(token, 'fails with 3');
      const answer = await target.start(order, inline);
      expect(await untilEnded(target, toHandle(order, answer))).toMatchObject({ failure });
    });

    it('finds what it started by the token alone', async () => {
      const { target, toOrder } = await create();
      const order = toOrder(token, 'waits');
      const answer = await target.start(order, inline);
      const report = await untilRunning(target, { token, work: order.work });
      expect(report.externalId).toBe(toHandle(order, answer).externalId);
      expect(report.startedAt).toBeLessThanOrEqual(Date.now());
    });

    it('starts the same token once, and gives the same name for it each time', async () => {
      const { target, toOrder, begun } = await create();
      const order = toOrder(token, 'waits');
      const first = await target.start(order, inline);
      const second = await target.start(order, inline);
      expect(second).toMatchObject({ kind: 'started', externalId: toHandle(order, first).externalId });
      await untilRunning(target, { token, work: order.work });
      expect(await untilBegun(begun, token)).toBe(1);
    });

    it('starts the same token once when it is asked many times at once', async () => {
      const { target, toOrder, begun } = await create();
      const order = toOrder(token, 'waits');
      const answers = await Promise.all(Array.from({ length: 20 }, () => target.start(order, inline)));
      expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['started']));
      expect(new Set(answers.map((answer) => toHandle(order, answer).externalId)).size).toBe(1);
      await untilRunning(target, { token, work: order.work });
      expect(await untilBegun(begun, token)).toBe(1);
    }, 15_000);

    it('asks for no start after its time, and starts it for whoever has time', async () => {
      const { target, toOrder, begun } = await create();
      const order = toOrder(token, 'succeeds');
      for (const isRepeat of [false, true]) {
        const how = { isRepeat, by: Date.now() - 60_000 };
        expect(await target.start(order, inline, how)).toEqual({
          kind: 'unknown',
          reason: 'it was held up too long, and was not asked for any more',
        });
      }
      expect(begun(token)).toBe(0);
      expect(await target.describe([{ token, work: order.work }])).toMatchObject([{ state: 'absent' }]);
      const how = { isRepeat: true, by: Date.now() + 60_000 };
      expect(await target.start(order, inline, how)).toMatchObject({ kind: 'started' });
      await untilEnded(target, { token, work: order.work });
      expect(begun(token)).toBe(1);
    });

    it('does not start a token again whose job has ended', async () => {
      const { target, toOrder, begun } = await create();
      const order = toOrder(token, 'succeeds');
      await untilEnded(target, toHandle(order, await target.start(order, inline)));
      expect((await target.start(order, inline)).kind).toBe('started');
      expect(begun(token)).toBe(1);
    });

    it('starts different tokens of one run apart', async () => {
      const { target, toOrder, begun } = await create();
      const tokens = [`${runId}-1-1`, `${runId}-1-2`, `${runId}-2-1`];
      const orders = tokens.map((each) => toOrder(each, 'waits'));
      await Promise.all(orders.map((order) => target.start(order, inline)));
      for (const { token, work } of orders) await untilRunning(target, { token, work });
      for (const each of tokens) expect(await untilBegun(begun, each)).toBe(1);
    });

    it('ends a job that is asked to stop', async () => {
      const { target, toOrder } = await create();
      const order = toOrder(token, 'waits');
      const handle = toHandle(order, await target.start(order, inline));
      await untilRunning(target, handle);
      expect(await target.stop(handle)).toEqual({ kind: 'asked' });
      expect((await untilEnded(target, handle)).failure).toBeDefined();
    });

    it('ends a job that is asked to stop by its token alone, and often', async () => {
      const { target, toOrder } = await create();
      const order = toOrder(token, 'waits');
      const handle = { token, work: order.work };
      await target.start(order, inline);
      await untilRunning(target, handle);
      for (let times = 0; times < 3; times++) {
        expect(await target.stop(handle)).toEqual({ kind: 'asked' });
      }
      await untilEnded(target, handle);
      expect(await target.stop(handle)).toEqual({ kind: 'asked' });
    });

    it('never starts what it said that it stopped before: the start comes too late', async () => {
      const { target, toOrder, begun, stopsUnstarted } = await create();
      const order = toOrder(token, 'succeeds');
      const handle = { token, work: order.work };
      const answer = await target.stop(handle);
      if (stopsUnstarted === 'not known') {
        // A service can't be told of what it may be asked to start later: "not known" has it asked again.
        expect(answer).toMatchObject({ kind: 'unknown' });
        expect(await target.describe([handle])).toMatchObject([{ token, state: 'absent' }]);
        return;
      }
      expect(answer).toEqual({ kind: 'never-started' });
      expect(await target.start(order, inline)).toMatchObject({ kind: 'refused' });
      expect(await target.describe([handle])).toMatchObject([{ token, state: 'never-started' }]);
      expect(begun(token)).toBe(0);
    });

    it('has no trace of a token that it was never given, and gives one report for each handle', async () => {
      const { target, toOrder } = await create();
      const order = toOrder(token, 'waits');
      const { work } = order;
      const { externalId } = toHandle(order, await target.start(order, inline));
      await untilRunning(target, { token, work });
      const gone = externalId?.replace(/[0-9a-z](?=[^0-9a-z]*$)/, (last) => (last === '0' ? '1' : '0'));
      const reports = await target.describe([
        { token: `${runId}-9-1`, work },
        { token, work },
        { token: `zzzzzzzzzzzzzzzzzzzzzzzzzz-1-1`, externalId: gone ?? '', work },
      ]);
      const main = reports.filter(({ state }) => state !== 'tried');
      expect(new Map(main.map((report) => [report.token, report.state]))).toEqual(
        new Map([
          [`${runId}-9-1`, 'absent'],
          [token, 'running'],
          ['zzzzzzzzzzzzzzzzzzzzzzzzzz-1-1', 'absent'],
        ]),
      );
      expect(await target.describe([])).toEqual([]);
    });

    it('makes nothing of an event that is not one of its own', async () => {
      const { target } = await create();
      for (const junk of [undefined, null, 7, 'text', [], {}, { detail: null }, { source: 'aws.ec2' }]) {
        expect(target.report(junk)).toBeUndefined();
      }
    });
  });
}

export function toHandle({ token, work }: Order, answer: StartAnswer): Handle {
  if (answer.kind !== 'started') throw new Error(`it was not started: ${JSON.stringify(answer)}`);
  return { token, externalId: answer.externalId, work };
}

/** How often the job began, once it says so: a process runs before it has come to that. */
function untilBegun(begun: TargetWorld['begun'], token: string): Promise<number> {
  return until(`${token} has begun`, () => begun(token) || undefined);
}

export function untilRunning(target: Target, handle: Handle): Promise<Report & { state: 'running' }> {
  return until(`${handle.token} runs`, async () => {
    const [report] = await target.describe([handle]);
    return report?.state === 'running' && report;
  });
}

export function untilEnded(target: Target, handle: Handle): Promise<Report & { state: 'ended' }> {
  return until(`${handle.token} has ended`, async () => {
    const [report] = await target.describe([handle]);
    return report?.state === 'ended' && report;
  });
}
