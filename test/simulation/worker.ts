import { setImmediate } from 'node:timers/promises';
import { replaceBuiltins } from './builtins.ts';
import { createCoverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { mutations } from './mutation-list.ts';
import type { Batch, Task } from './workers.ts';

/** A process that plays schedules, and is told which. */
let isMutated = false;

// Thousands of errors are made, and none is shown.
Error.stackTraceLimit = 0;
replaceBuiltins();
process.on('disconnect', () => process.exit());
process.on('message', async ({ from, schedules, mutation, until = [] }: Task) => {
  const fault = mutations.find(({ name }) => name === mutation);
  if (fault && !isMutated) mutate(fault);
  isMutated = true;
  const { playSchedule } = await import('./schedule.ts');
  const coverage = createCoverage();
  const violations: Batch['violations'][number][] = [];
  let steps = 0;
  let played = 0;
  while (played < schedules && !violations.some(({ invariant }) => until.includes(invariant))) {
    const seed = from + played++;
    const { violation, counts, steps: taken } = await playSchedule(seed);
    steps += taken;
    coverage.add(counts);
    // A schedule takes no turn of the event loop: whoever started this may have ended meanwhile.
    await setImmediate();
    if (violation) violations.push({ seed, invariant: violation.invariant, message: violation.message });
  }
  process.send?.({ schedules: played, steps, counts: coverage.counts(), violations } satisfies Batch);
});
