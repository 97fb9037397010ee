import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Work } from '../../shared/runs/plan.ts';
import { createGatheringTarget } from '../../shared/targets/gathered.ts';
import type { Handle, Report } from '../../shared/targets/target.ts';
import { toRunId } from '../support/draft.ts';
import { createScriptedTarget } from '../support/scripted-target.ts';

const site: Work = { target: 'codebuild', project: 'site' };
const docs: Work = { target: 'codebuild', project: 'docs' };
const toHandle = (number: number, work = site): Handle => ({ token: `${toRunId(number)}-1-1`, work });
const pending = ({ token }: Handle): Report => ({ token, state: 'pending' });

/** A target that says of each that it is pending, or does what `describe` does, and remembers what it was asked. */
function gather(describe: (handles: readonly Handle[]) => readonly Report[] = (asked) => asked.map(pending)) {
  const calls: (readonly Handle[])[] = [];
  const target = createScriptedTarget(
    () => 0,
    () => ({ seconds: 1 }),
  );
  const gathered = createGatheringTarget(
    {
      ...target,
      async describe(handles) {
        calls.push(handles);
        return describe(handles);
      },
    },
    { gatherMs: 100, now: Date.now },
  );
  return { calls, target, gathered };
}

describe('looks at about one time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are made together, and each gets the report of its own run', async () => {
    const { calls, gathered } = gather((asked) => asked.map(pending).reverse());
    const first = gathered.describe([toHandle(1)]);
    await vi.advanceTimersByTimeAsync(99);
    const second = gathered.describe([toHandle(2)]);
    expect(calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await first).toEqual([pending(toHandle(1))]);
    expect(await second).toEqual([pending(toHandle(2))]);
    expect(calls).toEqual([[toHandle(1), toHandle(2)]]);
  });

  it('are made apart for runs of other plans, whose place is another', async () => {
    const { calls, gathered } = gather();
    const looks = [gathered.describe([toHandle(1)]), gathered.describe([toHandle(2, docs), toHandle(3)])];
    await vi.advanceTimersByTimeAsync(100);
    expect((await Promise.all(looks)).map((reports) => reports.length)).toEqual([1, 2]);
    expect(calls).toEqual([[toHandle(1), toHandle(3)], [toHandle(2, docs)]]);
  });

  it('are not waited for once a look is under way', async () => {
    const { calls, gathered } = gather();
    const first = gathered.describe([toHandle(1)]);
    await vi.advanceTimersByTimeAsync(100);
    const second = gathered.describe([toHandle(2)]);
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all([first, second]);
    expect(calls).toEqual([[toHandle(1)], [toHandle(2)]]);
  });

  it('are made one by one when the one of all has failed, so that one does not hide the others', async () => {
    const { calls, gathered } = gather((asked) => {
      if (asked.some(({ token }) => token === toHandle(2).token)) throw new Error('access denied');
      return asked.map(pending);
    });
    const looks = Promise.allSettled([1, 2, 3].map((number) => gathered.describe([toHandle(number)])));
    await vi.advanceTimersByTimeAsync(100);
    expect(await looks).toEqual([
      { status: 'fulfilled', value: [pending(toHandle(1))] },
      { status: 'rejected', reason: new Error('access denied') },
      { status: 'fulfilled', value: [pending(toHandle(3))] },
    ]);
    expect(calls.map((asked) => asked.length)).toEqual([3, 1, 1, 1]);
  });

  it('are given up after three failures in a row, with the last of them', async () => {
    let calls = 0;
    const { gathered } = gather(() => {
      throw new Error(`failure ${calls++}`);
    });
    const looks = Promise.allSettled([1, 2, 3, 4, 5].map((number) => gathered.describe([toHandle(number)])));
    await vi.advanceTimersByTimeAsync(100);
    const reasons = (await looks).map((look) => look.status === 'rejected' && look.reason.message);
    expect(reasons).toEqual(['failure 1', 'failure 2', 'failure 3', 'failure 3', 'failure 3']);
    expect(calls).toBe(4);
  });

  it('go on as long as one is seen now and then', async () => {
    const seen = new Set([3, 6].map((number) => toHandle(number).token));
    const { calls, gathered } = gather((asked) => {
      if (asked.some(({ token }) => !seen.has(token))) throw new Error('access denied');
      return asked.map(pending);
    });
    const looks = Promise.allSettled(
      [1, 2, 3, 4, 5, 6, 7].map((number) => gathered.describe([toHandle(number)])),
    );
    await vi.advanceTimersByTimeAsync(100);
    expect((await looks).flatMap(({ status }, index) => (status === 'fulfilled' ? [index + 1] : []))).toEqual(
      [3, 6],
    );
    expect(calls).toHaveLength(8);
  });

  it('are made one after the other then, not all at once at a service that is in trouble', async () => {
    let [underWay, most] = [0, 0];
    const { gathered } = gather();
    const slow = createGatheringTarget(
      {
        ...gathered,
        async describe(handles) {
          most = Math.max(most, ++underWay);
          await new Promise((resolve) => setTimeout(resolve, 1000));
          underWay--;
          if (handles.length > 1) throw new Error('timed out');
          return handles.map(pending);
        },
      },
      { gatherMs: 100, now: Date.now },
    );
    const looks = Promise.all([1, 2, 3].map((number) => slow.describe([toHandle(number)])));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await looks).toHaveLength(3);
    expect(most).toBe(1);
  });

  it('of a service that does not answer take the time of one call', async () => {
    let calls = 0;
    const hung = createGatheringTarget(
      {
        ...gather().target,
        async describe() {
          calls++;
          await new Promise((resolve) => setTimeout(resolve, 10_000));
          throw new Error('no answer within 10 s');
        },
      },
      { gatherMs: 100, now: Date.now },
    );
    const begunAt = Date.now();
    const looks = Promise.allSettled([1, 2, 3].map((number) => hung.describe([toHandle(number)])));
    const seconds = looks.then(() => (Date.now() - begunAt) / 1000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await looks).toEqual(
      [1, 2, 3].map(() => ({ status: 'rejected', reason: new Error('no answer within 10 s') })),
    );
    expect(await seconds).toBe(10.1);
    expect(calls).toBe(1);
  });

  it('are made one by one for five seconds: the rest is given up with what failed before', async () => {
    let calls = 0;
    const slow = createGatheringTarget(
      {
        ...gather().target,
        async describe(handles) {
          calls++;
          await new Promise((resolve) => setTimeout(resolve, 2000));
          if (handles.length > 1) throw new Error('one of them can not be seen');
          return handles.map(pending);
        },
      },
      { gatherMs: 100, now: Date.now },
    );
    const looks = Promise.allSettled([1, 2, 3, 4].map((number) => slow.describe([toHandle(number)])));
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await looks).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect((await looks)[3]).toMatchObject({ reason: new Error('one of them can not be seen') });
    expect(calls).toBe(3);
  });

  it('that fail concern no run of another plan', async () => {
    const { calls, gathered } = gather((asked) => {
      if (asked.some(({ work }) => work === docs)) throw new Error('no such project');
      return asked.map(pending);
    });
    const looks = Promise.allSettled([
      gathered.describe([toHandle(1, docs)]),
      gathered.describe([toHandle(2)]),
      gathered.describe([toHandle(3, docs)]),
    ]);
    await vi.advanceTimersByTimeAsync(100);
    expect((await looks).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(calls.filter(([first]) => first?.work === site)).toEqual([[toHandle(2)]]);
  });

  it('of one run are made once, also when that fails', async () => {
    const { calls, gathered } = gather(() => {
      throw new Error('no such project');
    });
    const look = expect(gathered.describe([toHandle(1)])).rejects.toThrow('no such project');
    await vi.advanceTimersByTimeAsync(100);
    await look;
    expect(calls).toHaveLength(1);
  });

  it('give nothing for a run of which nothing was said', async () => {
    const { gathered } = gather(([first]) => (first ? [pending(first)] : []));
    const looks = [gathered.describe([toHandle(1)]), gathered.describe([toHandle(2)])];
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(looks)).toEqual([[pending(toHandle(1))], []]);
  });

  it('of nothing ask nobody', async () => {
    const { calls, gathered } = gather();
    expect(await gathered.describe([])).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(calls).toEqual([]);
  });
});

it('everything else is the target itself', () => {
  const { target, gathered } = gather();
  const { describe: _, ...rest } = target;
  expect(gathered).toMatchObject(rest);
});
