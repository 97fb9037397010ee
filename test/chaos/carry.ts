import { setTimeout as sleep } from 'node:timers/promises';
import type { Trouble } from '../cloud/cloud.ts';
import type { Random } from '../simulation/random.ts';

export type CarryOptions = {
  readonly random: Random;
  readonly instances: readonly string[];
  /** The longest that one is held up. */
  readonly mostDelayMs: number;
  /** Before Lambda tries again what failed. */
  readonly againMs: number;
  readonly signal: AbortSignal;
};

export type Carried = { lost: number; doubled: number; delayed: number; givenUp: number };

/** Hands on state changes as EventBridge does at its worst: one in ten is lost, others come twice, late, or both. */
export function createCarry({ random, instances, mostDelayMs, againMs, signal }: CarryOptions) {
  const counts: Carried = { lost: 0, doubled: 0, delayed: 0, givenUp: 0 };

  const carry: Trouble['carry'] = async (_, tell) => {
    if (random.chance(0.1)) {
      counts.lost++;
      return;
    }
    const isDoubled = random.chance(0.1);
    if (isDoubled) counts.doubled++;
    await Promise.all(Array.from({ length: isDoubled ? 2 : 1 }, () => deliver(tell)));
  };

  async function deliver(tell: (instance: string) => Promise<unknown>): Promise<void> {
    if (random.chance(0.2)) {
      counts.delayed++;
      await rest(random.between(0, mostDelayMs));
    }
    for (let tries = 1; tries <= 3 && !signal.aborted; tries++) {
      const isHeard = await tell(random.pick(instances)).then(
        () => true,
        () => false,
      );
      if (isHeard) return;
      await rest(againMs * tries);
    }
    counts.givenUp++;
  }

  async function rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  return { carry, counts };
}
