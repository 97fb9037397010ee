import { expect, it } from 'vitest';
import { printLog } from '../../cli/runs-logs.ts';
import type { Attempt, Run } from '../../shared/runs/run.ts';
import { toPlan, toRun } from '../support/draft.ts';

const retried = toPlan({ retry: { attempts: 3 } });

/** What comes after another comes one look later. `written`: what each log gives, look by look. */
async function follow(
  runs: readonly Run[],
  written: Readonly<Record<string, readonly string[]>>,
  attempt?: number,
) {
  let look = 0;
  let stdout = '';
  let stderr = '';
  const [first] = runs;
  if (first === undefined) throw new Error('there is no run');
  const access = {
    ledger: { load: async () => runs[Math.min(++look, runs.length - 1)] },
    openLog(run: Run, number: number) {
      const start = run.attempts.find((each) => each.number === number)?.start;
      if (start === undefined) return undefined;
      const chunks = [...(written[start.token] ?? [])];
      return {
        place: start.token,
        async *read() {
          yield chunks.shift() ?? '';
        },
      };
    },
    lookMs: 1,
    logLagMs: 40,
  };
  const print = (text: string | Uint8Array) => {
    stdout += Buffer.from(text).toString();
  };
  const note = (text: string) => {
    stderr += `${text}\n`;
  };
  const how = { follow: true, ...(attempt !== undefined && { attempt }) };
  await printLog({ note, print, write: async (chunk) => print(chunk) }, access, first, how);
  return { stdout, stderr };
}

it('waits for what is read some time after it was written', async () => {
  const ended = toRun({ status: 'succeeded', endedAt: Date.now(), attempts: [attempted(1, Date.now())] });
  const { stdout, stderr } = await follow([running(1), ended], { a1: ['one\n', '', '', 'late\n'] });
  expect([stdout, stderr]).toEqual(['one\nlate\n', '']);
});

it('goes from one attempt to the next, with a word about it', async () => {
  const over = attempted(1, Date.now() - 1000);
  const waiting = toRun({ status: 'waiting', plan: retried, attempts: [over] });
  const again = toRun({ status: 'running', plan: retried, attempts: [over, attempted(2)] });
  const ended = toRun({ status: 'failed', plan: retried, endedAt: 1, attempts: [over, attempted(2, 1)] });
  const { stdout, stderr } = await follow([running(1), waiting, again, ended], {
    a1: ['one\n'],
    a2: ['two\n'],
  });
  expect([stdout, stderr]).toEqual(['one\ntwo\n', '-- attempt 2 of 3\n']);
});

it('ends with the attempt that it was asked for', async () => {
  const over = attempted(1, Date.now() - 1000);
  const again = toRun({ status: 'running', plan: retried, attempts: [over, attempted(2)] });
  expect(await follow([running(1), again], { a1: ['one\n'], a2: ['two\n'] }, 1)).toEqual({
    stdout: 'one\n',
    stderr: '',
  });
});

it('takes the log of the start that lives, when another was interrupted', async () => {
  const { start, ...interrupted } = attempted(1);
  const restarted = { ...interrupted, start: { ...start, token: 'a1 again' } };
  const ended = toRun({ status: 'succeeded', endedAt: 1, attempts: [{ ...restarted, endedAt: 1 }] });
  const runs = [running(1), toRun({ status: 'running', attempts: [restarted] }), ended];
  expect((await follow(runs, { a1: ['one\n'], 'a1 again': ['two\n'] })).stdout).toBe('one\ntwo\n');
});

it('waits for a run that has not begun', async () => {
  const ended = toRun({ status: 'succeeded', endedAt: 1, attempts: [attempted(1, 1)] });
  expect((await follow([toRun({ status: 'queued' }), ended], { a1: ['one\n'] })).stdout).toBe('one\n');
});

it('fails for a run that ended before it began', async () => {
  const ended = toRun({ status: 'cancelled', endedAt: 1 });
  await expect(follow([toRun({ status: 'queued' }), ended], {})).rejects.toThrow(
    'has no attempt; it is cancelled, and has made 0',
  );
});

function running(number: number): Run {
  return toRun({ status: 'running', plan: retried, attempts: [attempted(number)] });
}

function attempted(number: number, endedAt?: number): Attempt {
  return {
    number,
    askedAt: 0,
    startBy: 60_000,
    start: { number: 1, token: `a${number}`, askedAt: 0, deadlineAt: 120_000, unknownAnswers: 0 },
    refusals: 0,
    interruptions: 0,
    startedAt: 0,
    ...(endedAt !== undefined && { endedAt }),
  };
}
