import { start } from '../support/draft.ts';
import { withBuiltinsOf } from './builtins.ts';
import { type Counts, createCoverage } from './coverage.ts';
import { drawFaults } from './faults.ts';
import { createKernel, type Kernel, Violation } from './kernel.ts';
import { createRandom } from './random.ts';
import { createWorld } from './world.ts';

export type Played = {
  readonly seed: number;
  readonly violation?: Violation;
  readonly counts: Counts;
  readonly steps: number;
  /** The same for the same seed: of everything that happened, in its order. */
  readonly hash: string;
  readonly lines: readonly string[];
};

const hour = 3_600_000;

/**
 * One schedule: a few deliveries, a few hours with faults, then as long without as it takes to bring everything to its
 * end. The seed decides all of it.
 */
export async function playSchedule(seed: number, { isTraced = false } = {}): Promise<Played> {
  const random = createRandom(seed);
  const coverage = createCoverage();
  const faults = drawFaults(random);
  const kernel = createKernel({ random, startsAt: start, faults, coverage, isTraced });
  const violation = await withBuiltinsOf(kernel, () => play(kernel));
  return { seed, ...(violation && { violation }), counts: coverage.counts(), ...kernel.summary() };
}

async function play(kernel: Kernel): Promise<Violation | undefined> {
  const { random } = kernel;
  try {
    const world = createWorld(kernel);
    world.begin();
    await kernel.run(start + random.scaled(hour / 4, 6 * hour));
    kernel.ceaseFaults();
    world.calm();
    await kernel.run(start + 60 * 24 * hour);
    world.atTheEnd();
    await kernel.run(kernel.now());
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
}
