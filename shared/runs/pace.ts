import type { EpochMs } from './run.ts';

export type PaceOptions = {
  /** Starts a second to begin with. */
  readonly perSecond: number;
  /** Never fewer, and never more, than these. */
  readonly least: number;
  readonly most: number;
  /** Starts that are admitted at once after a pause. */
  readonly burst: number;
  /** What is left of the pace after a refusal; 0.7. */
  readonly fall?: number;
};

/** How fast starts are asked of one service: as fast as it takes them, found out by asking. */
export type Pace = {
  /** Takes the place of a start and gives 0, or gives how long to wait before asking again, in milliseconds. */
  readonly ask: (now: EpochMs) => number;
  /** What came of a start. */
  readonly hear: (news: 'taken' | 'throttled', now: EpochMs) => void;
};

/** By so much of a start a second it rises with each start that is taken: a hundred make up for a refusal at ten. */
const rise = 0.03;
/** Refusals of the same moment are one. */
const momentMs = 1000;

export function createPace({ perSecond, least, most, burst, fall = 0.7 }: PaceOptions): Pace {
  let rate = perSecond;
  /** When the next start would be free to go if none had been saved up. */
  let freeAt = Number.NEGATIVE_INFINITY;
  let fellAt = Number.NEGATIVE_INFINITY;

  function waitFor(now: EpochMs): number {
    // What went unused is saved up, to at most `burst` starts.
    freeAt = Math.max(freeAt, now - ((burst - 1) / rate) * 1000);
    // However the clock was set back.
    return Math.min(Math.max(freeAt - now, 0), 1000 / rate);
  }

  return {
    ask(now) {
      const wait = waitFor(now);
      // Nobody has a place that lies in the future: it would be lost on a pace that has fallen since.
      if (wait === 0) freeAt += 1000 / rate;
      return wait;
    },
    hear(news, now) {
      if (news === 'taken') {
        rate = Math.min(rate + rise, most);
        return;
      }
      if (now - fellAt < momentMs) return;
      fellAt = now;
      rate = Math.max(rate * fall, least);
      // Nothing is saved up while the service is busy.
      freeAt = Math.max(freeAt, now + 1000 / rate);
    },
  };
}
