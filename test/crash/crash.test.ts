import { describe, expect, it } from 'vitest';
import type { Run } from '../../shared/runs/run.ts';
import { toRun } from '../support/draft.ts';
import { judgeAll } from './crash.ts';

// The test itself takes its time: `test:crash` runs it.
describe('the judge of the crash test', () => {
  /** Ten events, of which the tenth needs two attempts. */
  const good = Array.from({ length: 10 }, (_, at) => [`begin ${at + 1} 1`, `end ${at + 1} 1`])
    .flat()
    .concat('begin 10 2', 'end 10 2');
  const runs = Array.from({ length: 10 }, (_, at) => toEnded(`run-${at + 1}`, at === 9 ? 75 : undefined));
  const judge = (lines: readonly string[], found = runs) => judgeAll(found, lines.join('\n'), 10);

  it('finds nothing wrong when every attempt began and ended once', () => {
    expect(judge(good)).toEqual([]);
  });

  it.each([
    ['a start twice', [...good, 'begin 3 1'], ['event 3: attempt 1 began: 2 times, expected 1']],
    ['an end twice', [...good, 'end 3 1'], ['event 3: attempt 1 ended: 2 times, expected 1']],
    [
      'a start that never was',
      good.filter((line) => line !== 'begin 3 1'),
      ['event 3: attempt 1 began: 0 times, expected 1'],
    ],
    [
      'an end that never was',
      good.filter((line) => line !== 'end 10 2'),
      ['event 10: attempt 2 ended: 0 times, expected 1'],
    ],
    ['an attempt too many', [...good, 'begin 3 2'], ['event 3: attempt 2 began: 1 times, expected 0']],
  ])('finds %s', (_what, lines, violations) => {
    expect(judge(lines)).toEqual(violations);
  });

  it('finds a run that is missing, one too many, and one that did not succeed', () => {
    const missing = ['runs in the ledger: 9 times, expected 10', 'runs that succeeded: 9 times, expected 10'];
    expect(judge(good, runs.slice(1))).toEqual(missing);
    expect(judge(good, [...runs, toEnded('run-11')])).toEqual([
      'runs in the ledger: 11 times, expected 10',
      'runs that succeeded: 11 times, expected 10',
    ]);
    const [first, ...others] = runs;
    expect(judge(good, [{ ...toRun(), ...first, status: 'failed' }, ...others])).toEqual([
      'runs that succeeded: 9 times, expected 10',
    ]);
  });

  it('finds an exit code that was lost', () => {
    const forgotten = [...runs.slice(0, 9), toEnded('run-10')];
    expect(judge(good, forgotten)).toEqual([
      'attempts with exit code 75: 0 times, expected 1',
      'failed attempts: 0 times, expected 1',
    ]);
    const other = [...runs.slice(0, 9), toEnded('run-10', 1)];
    expect(judge(good, other)).toEqual(['attempts with exit code 75: 0 times, expected 1']);
  });
});

/** A run that succeeded, the second time if the first one ended with an exit code. */
function toEnded(id: string, exitCode?: number): Run {
  const attempt = (number: number) => ({
    number,
    askedAt: 0,
    startBy: 60_000,
    start: { number: 1, token: `${id}-${number}-1`, askedAt: 0, deadlineAt: 120_000, unknownAnswers: 0 },
    refusals: 0,
    interruptions: 0,
    startedAt: 10,
    endedAt: 20,
  });
  if (exitCode === undefined) return toRun({ id, status: 'succeeded', attempts: [attempt(1)] });
  const failure = { class: 'exit-code', reason: `exited with code ${exitCode}`, exitCode } as const;
  return toRun({ id, status: 'succeeded', attempts: [{ ...attempt(1), failure }, attempt(2)] });
}
