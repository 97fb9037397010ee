import { expect, it } from 'vitest';
import { toWait, waitForEnd } from '../../cli/history.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import { toRun } from '../support/draft.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';

const ended = toRun({ status: 'succeeded', endedAt: 1 });

it('a run is waited for although it can not be seen for a while', async () => {
  const looks: Look[] = ['fail', toRun({ status: 'running' }), 'fail', 'fail', 'fail', 'fail', ended];
  expect(await waitForEnd(looking(looks), ended.id)).toBe(ended);
  expect(looks).toEqual([]);
});

it('a run that can not be seen any more is not waited for', async () => {
  await expect(waitForEnd(looking(Array(5).fill('fail')), ended.id)).rejects.toThrow('no network');
});

it('a run that is gone is not waited for', async () => {
  await expect(waitForEnd(looking([undefined]), ended.id)).rejects.toMatchObject({ exitCode: 4 });
});

it.each([
  [true, undefined, false, false],
  [true, undefined, true, true],
  [true, true, false, true],
  [true, false, true, false],
  [false, undefined, false, true],
])('with a router that stays (%s), asked for %s, usually %s: waits %s', (isLasting, asked, usual, waits) => {
  expect(toWait(commandsOf(isLasting), asked, usual)).toBe(waits);
});

it('without a router that stays, a command can not leave', () => {
  expect(() => toWait(commandsOf(false), false, false)).toThrow('--no-wait needs a running router');
});

type Look = Run | 'fail' | undefined;

/** Each look takes one of them. */
function looking(looks: Look[]) {
  const load = async () => {
    const look = looks.shift();
    if (look === 'fail') throw new LedgerError('no network');
    return look;
  };
  return { ledger: { ...createMemoryLedger(() => 0), load }, lookMs: 1 };
}

function commandsOf(isLasting: boolean) {
  const unused = async () => {
    throw new Error('nothing is asked of it');
  };
  return { isLasting, invoke: unused, cancel: unused, replay: unused, go: unused };
}
