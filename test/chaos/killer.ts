import { setTimeout as sleep } from 'node:timers/promises';
import type { Trouble } from '../cloud/cloud.ts';
import type { Random } from '../simulation/random.ts';

export type KillerOptions = {
  readonly random: Random;
  /** Of an invocation to be its process's last. */
  readonly likelihood: number;
  readonly kill: (instance: string) => Promise<void>;
  readonly signal: AbortSignal;
};

/** How much the newest invocation counts for in how long they take. */
const weight = 0.1;

/**
 * Kills processes of functions in the middle of an invocation, at any moment of what one takes just now: however slow the
 * machine is, most of them get to their end.
 */
export function createKiller({ random, likelihood, kill, signal }: KillerOptions) {
  const usualMs = new Map<string, number>();
  let kills = 0;

  const watch: Trouble['watch'] = async (instance, invocation) => {
    const [name = ''] = instance.split(' ');
    const startedAt = performance.now();
    const ended = invocation.then(
      () => true,
      () => false,
    );
    const isLast = random.chance(likelihood) && !signal.aborted;
    const lifeMs = random.next() * (usualMs.get(name) ?? 100);
    if (isLast && (await Promise.race([ended, sleep(lifeMs, 'time is up')])) === 'time is up') {
      kills++;
      await kill(instance);
    } else if (await ended) {
      const tookMs = performance.now() - startedAt;
      usualMs.set(name, (usualMs.get(name) ?? tookMs) * (1 - weight) + tookMs * weight);
    }
  };

  return { watch, kills: () => kills };
}
