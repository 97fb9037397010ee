import type { Random } from './random.ts';

/** What may become of a call to something outside the process. */
export type Fate =
  | 'answered'
  /** It takes effect and is answered, after seconds. */
  | 'slow'
  /** It fails at once, and does nothing. */
  | 'failed'
  /** It takes effect, and the answer is an error. */
  | 'lost'
  /** No answer within the time for a call; it has taken effect, or does so later, or never. */
  | 'hung'
  /** Sent twice by the SDK as the first answer was lost: it takes effect twice, and the second answer counts. */
  | 'repeated'
  /** The host dies before the call is sent, or after it took effect; nothing of it ever goes on. */
  | 'died-before'
  | 'died-after'
  /** The host is frozen while the call is under way, and goes on minutes later. */
  | 'frozen';

export const fates: readonly Fate[] = [
  'answered',
  'slow',
  'failed',
  'lost',
  'hung',
  'repeated',
  'died-before',
  'died-after',
  'frozen',
];

/** How likely each is. Not all schedules are alike: rare faults together are found by some, single ones by others. */
export type Faults = {
  readonly calls: Readonly<Record<Fate, number>>;
  /** Of things that go wrong in services, sources and invocations: a factor for their own probabilities. */
  readonly around: number;
};

export const noFaults: Faults = {
  calls: {
    answered: 1,
    slow: 0,
    failed: 0,
    lost: 0,
    hung: 0,
    repeated: 0,
    'died-before': 0,
    'died-after': 0,
    frozen: 0,
  },
  around: 0,
};

export function drawFaults(random: Random): Faults {
  const level = random.pick([0.1, 0.5, 1, 1, 2, 4]);
  // Each schedule leaves some kinds out, so that the others are not always hidden by them.
  const some = (weight: number) => (random.chance(0.7) ? weight * level : 0);
  return {
    calls: {
      answered: 100,
      slow: 8,
      failed: some(2),
      lost: some(1.5),
      hung: some(1),
      repeated: some(1),
      'died-before': some(0.8),
      'died-after': some(1.2),
      frozen: some(0.6),
    },
    around: level,
  };
}
