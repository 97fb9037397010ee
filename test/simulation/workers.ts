import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Counts } from './coverage.ts';

/** What a worker tells of some schedules, one after the other. */
export type Batch = {
  readonly schedules: number;
  readonly steps: number;
  readonly counts: Counts;
  readonly violations: readonly {
    readonly seed: number;
    readonly invariant: string;
    readonly message: string;
  }[];
};

export type Task = {
  readonly from: number;
  readonly schedules: number;
  readonly mutation: string | undefined;
  /** Ends at the first violation of one of these; of none when left out. */
  readonly until?: readonly string[];
};

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
const together = 200;
/** Nearly all that a schedule makes is garbage soon: with more room for what is new, it's collected seldom. */
const execArgv = ['--max-semi-space-size=64'];

/** Shares the schedules out among processes, in batches. */
export async function playInWorkers({
  from,
  schedules,
  workers,
  onPlayed,
  ...rest
}: Task & { readonly workers: number; readonly onPlayed: (batch: Batch) => void }): Promise<void> {
  let next = from;
  const end = from + schedules;
  let isOver = false;
  const take = (): Task | undefined => {
    if (isOver || next >= end) return undefined;
    const task = { from: next, schedules: Math.min(together, end - next), ...rest };
    next += together;
    return task;
  };
  await Promise.all(Array.from({ length: workers }, work));

  async function work(): Promise<void> {
    const child = fork(worker, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv });
    const ended = once(child, 'exit');
    const give = () => {
      const task = take();
      if (task) child.send(task);
      else child.disconnect();
    };
    child.on('message', (batch: Batch) => {
      onPlayed(batch);
      if (batch.violations.some(({ invariant }) => rest.until?.includes(invariant))) isOver = true;
      give();
    });
    give();
    const [code] = await ended;
    if (code !== 0) throw new Error(`a worker ended with ${code}`);
  }
}
