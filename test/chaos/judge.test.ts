import { describe, expect, it } from 'vitest';
import type { Cause } from '../../shared/runs/failure.ts';
import type { Attempt, Run } from '../../shared/runs/run.ts';
import { toPlan, toRun } from '../support/draft.ts';
import { type Evidence, judge, type Kept, type Sent } from './judge.ts';
import { parseLine } from './output.ts';

/** One event of each course, of which the first two were taken in one run; all went well. */
const good: Evidence = {
  sent: [
    toSent(1, 'ok', 'together'),
    toSent(2, 'ok', 'together'),
    toSent(3, 'flaky-2', 'work'),
    toSent(4, 'broken', 'work'),
    toSent(5, 'endless', 'endless'),
    { ...toSent(6, 'ok', 'work'), way: 'bus', acknowledged: 0 },
  ],
  kept: [
    toKept('run-1', 'together', [1, 2], 'succeeded', [undefined]),
    toKept('run-3', 'work', [3], 'succeeded', ['exit-code', 'exit-code', undefined]),
    toKept('run-4', 'work', [4], 'failed', ['exit-code', 'exit-code', 'exit-code']),
    toKept('run-5', 'endless', [5], 'timed-out', ['timed-out', 'timed-out']),
  ],
  output: toOutput({
    'run-1': ['begin 1 100 0 2,1', 'end 1 100 0 0'],
    'run-3': [
      'begin 1 300 0 3',
      'end 1 300 0 75',
      'begin 2 301 0 3',
      'end 2 301 0 75',
      'begin 3 302 0 3',
      'end 3 302 0 0',
    ],
    'run-4': [
      'begin 1 400 0 4',
      'end 1 400 0 75',
      'begin 2 401 0 4',
      'end 2 401 0 75',
      'begin 3 402 0 4',
      'end 3 402 0 75',
    ],
    'run-5': ['begin 1 500 0 5', 'alive 1 500 0 -', 'end 1 500 0 143', 'begin 2 501 0 5', 'alive 2 501 0 -'],
  }),
  mostAttempts: (job) => (job === 'endless' ? 2 : 3),
};

describe('the judge', () => {
  it('finds nothing wrong when every run went as its event asked for', () => {
    expect(judge(good)).toEqual([]);
  });

  it('finds an acknowledged event that is in no run, and one that nobody ever took', () => {
    const lost = { ...good, sent: [...good.sent, toSent(7, 'ok', 'work')] };
    expect(judge(lost)).toEqual([{ number: 7, what: 'was acknowledged, and is in no run' }]);
    const refused = { ...toSent(7, 'ok', 'work'), acknowledged: 0, sends: 9 };
    expect(judge({ ...good, sent: [...good.sent, refused] })).toEqual([
      { number: 7, what: 'was never acknowledged (sent 9 times)' },
    ]);
  });

  it('finds an event that two runs took', () => {
    const again = toKept('run-7', 'together', [2], 'succeeded', [undefined]);
    const output = withLines('run-7', ['begin 1 700 0 2', 'end 1 700 0 0']);
    expect(judge({ ...good, kept: [...good.kept, again], output })).toEqual([
      { number: 2, what: 'is in 2 runs (sent 1 times)' },
    ]);
  });

  it('finds a job of a run that the ledger does not have', () => {
    expect(judge({ ...good, output: withLines('run-9', ['begin 1 900 0 3']) })).toEqual([
      { runId: 'run-9', what: 'a job began, and the ledger has no such run' },
    ]);
  });

  it('finds a run of an event that nobody sent, and one that went to another job', () => {
    const [first, second, third, ...others] = good.kept;
    if (!first || !second || !third) throw new Error('there are four');
    const strange = [first, second, { ...third, numbers: [99] }, ...others];
    expect(judge({ ...good, kept: strange })).toEqual([
      { number: 4, what: 'was acknowledged, and is in no run' },
      { runId: 'run-4', what: 'its event was never sent' },
    ]);
    const misled = { ...second, run: { ...second.run, job: 'other' } };
    expect(judge({ ...good, kept: [first, misled, third, ...others] })).toEqual([
      { runId: 'run-3', what: '3 was not sent to other' },
    ]);
  });

  it('finds a run that has not ended, or ended otherwise than its event asked for', () => {
    expect(judge(withRun('run-1', { status: 'running' }))).toEqual([
      { runId: 'run-1', what: 'has not ended: it is running' },
    ]);
    const cause: Cause = { class: 'lost', reason: 'the target has no trace of it' };
    expect(judge(withRun('run-1', { status: 'failed', cause, attempts: [toAttempt(1, 'lost')] }))).toEqual([
      { runId: 'run-1', what: 'ended as failed, expected succeeded: the target has no trace of it' },
      { runId: 'run-1', what: 'failed by lost in the ledger' },
    ]);
  });

  it('finds attempts that the ledger forgot, and exit codes that it got wrong', () => {
    const failed = [toAttempt(1, 'exit-code'), toAttempt(2, undefined)];
    expect(judge(withRun('run-3', { attempts: failed }))).toEqual([
      { runId: 'run-3', what: 'has 2 attempts in the ledger, expected 3' },
      { runId: 'run-3', what: 'failed by exit-code in the ledger' },
    ]);
  });

  it.each([
    [
      'one attempt number that began twice',
      'run-1',
      ['begin 1 100 0 1,2', 'end 1 100 0 0', 'begin 1 101 0 1,2', 'end 1 101 0 0'],
      ['attempt 1 began 2 times', 'ended with 1: 0, 1: 0; expected 1: 0'],
    ],
    [
      'a run that no job began',
      'run-1',
      [],
      ['attempts began: none; expected 1', 'ended with nothing; expected 1: 0'],
    ],
    [
      'a job that was given half of its events',
      'run-1',
      ['begin 1 100 0 1', 'end 1 100 0 0'],
      ['attempt 1 was given events 1, expected 1,2'],
    ],
    [
      'a job that was ended before its time',
      'run-1',
      ['begin 1 100 0 1,2'],
      ['ended with nothing; expected 1: 0'],
    ],
    [
      'an attempt that began while the one before it lived',
      'run-5',
      ['begin 1 500 0 5', 'alive 1 500 0 -', 'begin 2 501 0 5', 'alive 1 500 0 -', 'alive 2 501 0 -'],
      ['attempt 1 lived on after attempt 2 had begun'],
    ],
    [
      'an attempt too many',
      'run-5',
      ['begin 1 500 0 5', 'end 1 500 0 143', 'begin 2 501 0 5', 'end 2 501 0 143', 'begin 3 502 0 5'],
      ['attempts began: 1, 2, 3; expected 1, 2'],
    ],
  ])('finds %s', (_, runId, lines, found) => {
    expect(judge({ ...good, output: withLines(runId, lines) })).toEqual(
      found.map((what) => ({ runId, what })),
    );
  });

  it('finds a job that began before the one before it had ended', () => {
    const lines = ['begin 1 300 0 3', 'begin 2 301 0 3', 'end 1 300 0 75', 'end 2 301 0 75'];
    const rest = ['begin 3 302 0 3', 'end 3 302 0 0'];
    expect(judge({ ...good, output: withLines('run-3', [...lines, ...rest]) })).toEqual([
      { runId: 'run-3', what: 'attempt 2 began before attempt 1 had ended' },
      { runId: 'run-3', what: 'attempt 1 lived on after attempt 2 had begun' },
    ]);
  });

  it('takes a line that no job wrote for none', () => {
    expect(() => parseLine('begin 1')).toThrow('no line of a job: begin 1');
  });
});

function toSent(number: number, course: Sent['course'], job: string): Sent {
  return { number, course, job, way: 'queue', sends: 1, acknowledged: 1 };
}

function toKept(
  id: string,
  job: string,
  numbers: readonly number[],
  status: Run['status'],
  failures: readonly (Cause['class'] | undefined)[],
): Kept {
  const attempts = failures.map((failure, index) => toAttempt(index + 1, failure));
  const cause = attempts.at(-1)?.failure;
  const run = toRun({ id, job, status, attempts, plan: toPlan(), ...(cause && { cause }) });
  return { run, numbers };
}

function toAttempt(number: number, failure: Cause['class'] | undefined): Attempt {
  const start = { number: 1, token: `token-${number}`, askedAt: 0, deadlineAt: 0, unknownAnswers: 0 };
  const counts = { refusals: 0, interruptions: 0 };
  const exitCode = failure === 'exit-code' ? { exitCode: 75 } : {};
  return {
    number,
    askedAt: 0,
    startBy: 0,
    start,
    ...counts,
    ...(failure && { failure: { class: failure, reason: 'it failed', ...exitCode } }),
  };
}

function toOutput(lines: Readonly<Record<string, readonly string[]>>): Evidence['output'] {
  return new Map(Object.entries(lines).map(([run, texts]) => [run, texts.map(parseLine)]));
}

function withLines(runId: string, lines: readonly string[]): Evidence['output'] {
  return new Map([...good.output, [runId, lines.map(parseLine)]]);
}

function withRun(runId: string, change: Partial<Run>): Evidence {
  const kept = good.kept.map((each) =>
    each.run.id === runId ? { ...each, run: { ...each.run, ...change } } : each,
  );
  return { ...good, kept };
}
