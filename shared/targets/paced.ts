import { setTimeout as sleep } from 'node:timers/promises';
import type { Pace } from '../runs/pace.ts';
import type { EpochMs } from '../runs/run.ts';
import type { Target } from './target.ts';

/**
 * A target whose starts wait for their turn at a pace, and tell it what came of them. With `isWaiting` false they don't
 * wait: somebody else asked the pace before.
 */
export function createPacedTarget(
  target: Target,
  { pace, isWaiting, now }: { readonly pace: Pace; readonly isWaiting: boolean; readonly now: () => EpochMs },
): Target {
  return {
    ...target,
    async start(order, event, how) {
      if (isWaiting) await untilTurn();
      if (now() > (how?.by ?? Number.POSITIVE_INFINITY)) {
        return { kind: 'unknown', reason: 'its turn at the pace of the service came too late' };
      }
      const answer = await target.start(order, event, how);
      if (answer.kind === 'started') pace.hear('taken', now());
      if (answer.kind === 'refused' && answer.cause.class === 'throttled') pace.hear('throttled', now());
      return answer;
    },
  };

  async function untilTurn(): Promise<void> {
    for (let waitMs = pace.ask(now()); waitMs > 0; waitMs = pace.ask(now())) await sleep(Math.ceil(waitMs));
  }
}
