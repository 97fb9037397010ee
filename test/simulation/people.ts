import type { Command, Functions } from './functions.ts';
import type { Kernel } from './kernel.ts';
import type { Witness } from './witness.ts';

const minute = 60_000;

/** Somebody cancels or replays a run, whatever it is doing just then; who hears nothing asks again. */
export function giveCommand(kernel: Kernel, functions: Functions, witness: Witness): void {
  const { random, now, at } = kernel;
  const known = [...witness.runs.keys()];
  if (known.length === 0) return;
  const runId = random.pick(known);
  const requestId = `replay-${now()}`;
  const asked: Command = random.chance(0.7)
    ? { kind: 'cancel', runId }
    : { kind: 'replay', runId, requestId };
  const replayed = new Set<string>();
  let tries = 0;
  const send = () =>
    functions.command.invoke(asked, (outcome) => {
      const run =
        outcome.kind === 'returned' ? (outcome.value as { readonly id: string } | undefined) : undefined;
      if (run !== undefined && asked.kind === 'cancel') witness.cancelConfirmed(runId);
      if (run !== undefined && asked.kind === 'replay') {
        witness.isKnown(run.id);
        if (replayed.add(run.id).size > 1) kernel.violate('one run per record and job', `replay of ${runId}`);
      }
      const isAgain = run === undefined || kernel.strikes('command given twice', 0.1);
      if (isAgain && ++tries < 4) at(now() + random.scaled(500, minute), send);
    });
  kernel.note('person', `asks to ${asked.kind}`, () => runId);
  send();
}
