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
    { gatherMs: 100 },
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

  it('fail together, and not those of another plan', async () => {
    const { gathered } = gather((asked) => {
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
