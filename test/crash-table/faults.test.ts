import { describe, expect, it } from 'vitest';
import {
  acknowledgesAnything,
  neverLooks,
  neverStops,
  newNameAfterUnknown,
  newTokenAfterUnknown,
  startsBeforeItSaves,
} from './faults.ts';
import type { TargetName } from './jobs.ts';
import type { Fault } from './process.ts';
import { type Row, runRow } from './row.ts';

/** The answer to the fourth call of a dispatch, the start, is lost. */
function lostStart(target: TargetName, change: Partial<Row> = {}): Row {
  const call = target === 'state-machine' ? 5 : 4;
  return {
    target,
    leg: 'dispatch',
    cut: { call, when: 'after' },
    again: 'at once',
    variant: 'plain',
    ...change,
  };
}

async function problemsOf(row: Row, fault: Fault): Promise<readonly string[]> {
  return (await runRow(row, { fault })).problems;
}

describe('the crash table finds', () => {
  it('a target that does not look for what already runs', async () => {
    const hour = { again: 'an hour later' } as const;
    const twice = ['2 jobs lived at one time', '2 jobs began for attempt 1'];
    const fargate = lostStart('fargate', { ...hour, variant: 'lapsed' });
    expect(await problemsOf(fargate, neverLooks)).toEqual(expect.arrayContaining(twice));
    expect(await problemsOf(lostStart('codebuild', hour), neverLooks)).toEqual(expect.arrayContaining(twice));
  });

  it('the same in the second attempt', async () => {
    const turn = { leg: 'turn', again: 'an hour later' } as const;
    expect(await problemsOf(lostStart('codebuild', turn), neverLooks)).toContain(
      '2 jobs began for attempt 2',
    );
  });

  it.each(['fargate', 'codebuild'] as const)(
    'a new token for a start whose answer is unknown: %s',
    async (target) => {
      const problems = await problemsOf(lostStart(target), newTokenAfterUnknown);
      expect(problems).toContain('2 jobs began for attempt 1');
    },
  );

  it('a new name for an execution whose start was not answered', async () => {
    const machine = await problemsOf(lostStart('state-machine'), newNameAfterUnknown);
    expect(machine).toContain('2 jobs lived at one time');
    const batch = await problemsOf(lostStart('batch'), newNameAfterUnknown);
    expect(batch).toContain('2 executions began');
  });

  it('a start before the run is saved', async () => {
    // It saves once the start has been answered, so the start is its second call.
    const cut = { call: 2, when: 'after' } as const;
    const never = lostStart('fargate', { cut, again: 'never' });
    expect(await problemsOf(never, startsBeforeItSaves)).toEqual([
      '1 jobs live, and no run waits for them',
      'the delivery was lost',
      '1 jobs began for a run that is not recorded',
    ]);
    const later = lostStart('codebuild', { cut, again: 'an hour later' });
    expect(await problemsOf(later, startsBeforeItSaves)).toContain('2 jobs began for attempt 1');
  });

  it('a delivery that is acknowledged without being recorded', async () => {
    const row = lostStart('fargate', { cut: { call: 3, when: 'before' }, again: 'never' });
    expect(await problemsOf(row, acknowledgesAnything)).toEqual(['the delivery was lost']);
  });

  it('a duplicate that is not stopped', async () => {
    const row = lostStart('codebuild', { again: 'an hour later', variant: 'blind' });
    expect(await problemsOf(row, neverStops)).toContain('2 jobs live for good');
  });
});
