import type { EpochMs } from '../runs/run.ts';
import { reserveMs } from './sweep.ts';

/** A pass that has less than this gets to nothing, or to the same few runs each time. */
const shortestPassMs = 10_000;

/**
 * When a pass begins nothing more, in a function that has `remainingMs` left. Throws when that would be at once: such a
 * function would sweep nothing for ever, and say that all is well.
 */
export function toEndBy(now: EpochMs, remainingMs: number): EpochMs {
  const leastMs = reserveMs + shortestPassMs;
  if (remainingMs < leastMs) {
    throw new Error(
      `the sweep has ${remainingMs / 1000} s for a pass; expected at least ${leastMs / 1000} s, of which ` +
        `${reserveMs / 1000} s are kept for what is under way at its end: give the function a longer timeout`,
    );
  }
  return now + remainingMs - reserveMs;
}
