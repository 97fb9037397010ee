import type { Pace } from '../runs/pace.ts';
import type { EpochMs } from '../runs/run.ts';
import type { Target } from './target.ts';

/**
 * A target whose starts wait for their turn at a pace, and tell it what came of them. One whose turn can't come in its
 * time takes no place, and is not waited for. With `isWaiting` false they don't wait: somebody else asked the pace
 * before.
 */
export function createPacedTarget(
  target: Target,
  { pace, isWaiting, now }: { readonly pace: Pace; readonly isWaiting: boolean; readonly now: () => EpochMs },
): Target {
  return {
    ...target,
    async start(order, event, how) {
      if (isWaiting && !(await hasTurn(how?.by))) {
        return { kind: 'unknown', reason: 'its turn at the pace of the service did not come in its time' };
      }
      const answer = await target.start(order, event, how);
      if (answer.kind === 'started') pace.hear('taken', now());
      if (answer.kind === 'refused' && answer.cause.class === 'throttled') pace.hear('throttled', now());
      return answer;
    },
  };

  /** Waits for a place and takes it; false, without one, when that would be after `by`. */
  async function hasTurn(by: EpochMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    // A wait may end late, so the clock is asked again before the pace is.
    for (let at = now(); at <= by; at = now()) {
      const waitMs = Math.ceil(pace.ask(at));
      if (waitMs === 0) return true;
      if (at + waitMs > by) return false;
      await pass(waitMs);
    }
    return false;
  }
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
