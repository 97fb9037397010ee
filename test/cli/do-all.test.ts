import { describe, expect, it } from 'vitest';
import { doAll } from '../../cli/do-all.ts';
import { CommandError } from '../../cli/exit.ts';
import type { Shell } from '../../cli/shell.ts';
import { createStageCommands } from '../../cli/stage-commands.ts';
import { FunctionFailed } from '../../shared/deploy/manual-function.ts';
import { StageError } from '../../shared/deploy/stage-error.ts';
import { toRun, toRunId } from '../support/draft.ts';

/** Replays runs 0 to `count - 1` on a stage whose manual function answers, or throws, as `answer` does. */
async function replayAll(count: number, answer: (position: number) => unknown) {
  const tried: number[] = [];
  const notes: string[] = [];
  const runs = Array.from({ length: count }, (_, position) => toRun({ id: toRunId(position) }));
  const manual = {
    async call(payload: unknown) {
      const { runId } = payload as { runId: string };
      const position = runs.findIndex(({ id }) => id === runId);
      tried.push(position);
      return answer(position);
    },
    close() {},
  };
  const commands = createStageCommands(manual, { service: 'shop', stage: 'prod' });
  const shell = { note: (text: string) => void notes.push(text) } as Shell;
  const done = doAll(shell, runs, ({ id }) => commands.replay(id, 'monday'));
  return { ...(await done), tried: tried.length, notes };
}

const worked = (position: number) => ({ run: { runId: `replay-${position}` } });

function failing(): never {
  throw new FunctionFailed('PayloadError', 'no answer from S3');
}

describe('of several runs', () => {
  it('one that the function fails for holds up none of the others', async () => {
    const { results, exitCode, notes } = await replayAll(12, (at) => (at === 2 ? failing() : worked(at)));
    expect(results).toHaveLength(11);
    expect(exitCode).toBe(1);
    expect(notes).toEqual([`${toRunId(2)}: no answer from S3`]);
  });

  it('so do many, as long as it works for others between them', async () => {
    const { results, exitCode, tried } = await replayAll(20, (at) => (at % 2 === 0 ? failing() : worked(at)));
    expect([results.length, exitCode, tried]).toEqual([10, 1, 20]);
  });

  it('no more are tried once it has failed for three in a row, over and above those under way', async () => {
    const { results, exitCode, tried, notes } = await replayAll(20, (at) =>
      at < 4 ? worked(at) : failing(),
    );
    expect([results.length, exitCode, tried]).toEqual([4, 5, 10]);
    expect(notes.at(-1)).toBe('the other 10 were not tried');
  });

  it('a mistake of the run itself says that the function works', async () => {
    const refused = { error: { name: 'ReplayError', message: 'its event is gone' } };
    const { exitCode, tried } = await replayAll(20, (at) => (at % 3 === 0 ? refused : failing()));
    expect([exitCode, tried]).toEqual([1, 20]);
  });

  it('no more are tried once the stage can not be reached', async () => {
    const { results, exitCode, tried, notes } = await replayAll(7, (at) => {
      if (at === 1) throw new StageError('AWS can not be reached');
      return worked(at);
    });
    expect([results.length, exitCode, tried]).toEqual([4, 5, 5]);
    expect(notes).toEqual([`${toRunId(1)}: AWS can not be reached`, 'the other 2 were not tried']);
  });

  it('no more are tried where the function does not know the command', async () => {
    const { exitCode, tried } = await replayAll(7, () => {
      throw new FunctionFailed('EventParseError', 'expected exactly { "job": "<name>" }');
    });
    expect([exitCode, tried]).toEqual([5, 5]);
  });
});

it('of a single run the error is thrown, with the code for a stage that can not be used now', async () => {
  const replay = replayAll(1, failing);
  await expect(replay).rejects.toThrow(new CommandError(5, 'no answer from S3'));
});
