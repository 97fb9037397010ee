import type { EpochMs, Run } from '../runs/run.ts';
import type { Announcer } from './announcer.ts';

/** In a row. */
const mostFailures = 3;
const restMs = 30_000;

/**
 * The announcer, left in peace for half a minute after three failures in a row: one that doesn't answer takes ten
 * seconds each time, and many runs may want it. `toDestination`: what fails together.
 */
export function createCalmAnnouncer(
  announcer: Announcer,
  { toDestination, now }: { readonly toDestination: (run: Run) => string; readonly now: () => EpochMs },
): Announcer {
  const failures = new Map<string, { readonly inARow: number; readonly at: EpochMs }>();
  return {
    async announce(run, announcement) {
      const destination = toDestination(run);
      const { inARow = 0, at = 0 } = failures.get(destination) ?? {};
      if (inARow >= mostFailures && now() - at < restMs) {
        throw new Error(`${destination} failed ${inARow} times in a row, and is asked again in a while`);
      }
      try {
        await announcer.announce(run, announcement);
        failures.delete(destination);
      } catch (error) {
        const before = failures.get(destination)?.inARow ?? 0;
        failures.set(destination, { inARow: before + 1, at: now() });
        throw error;
      }
    },
  };
}
