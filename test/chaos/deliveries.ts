import type { Random } from '../simulation/random.ts';

/** How a job goes, by what its event asks for: job.sh does it. */
export const courses = ['ok', 'flaky-1', 'flaky-2', 'broken', 'endless', 'deaf'] as const;

export type Course = (typeof courses)[number];

/** What brings it. */
export type Way = 'http' | 'queue' | 'bus';

/** One event that is sent to one job. */
export type Delivery = {
  /** From 1. */
  readonly number: number;
  readonly course: Course;
  readonly job: string;
  readonly way: Way;
};

/** Of the jobs of each target: `together` takes the messages of a batch in one run, the others one event each. */
export const jobKinds = ['work', 'endless', 'together'] as const;

export type JobKind = (typeof jobKinds)[number];

export function toJobName(kind: JobKind, target: string): string {
  return `${kind}-${target}`;
}

const weights: Readonly<Record<Course | 'together', number>> = {
  ok: 58,
  'flaky-1': 10,
  'flaky-2': 5,
  broken: 6,
  endless: 5,
  deaf: 1,
  together: 15,
};

/** As many as asked, mixed by chance; the rarest courses come at least once in a hundred. */
export function createDeliveries(
  count: number,
  random: Random,
  pickTarget: (kind: JobKind) => string,
): readonly Delivery[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const drawn = number % 100 === 50 ? 'deaf' : random.weigh(weights);
    if (drawn === 'together') {
      return { number, course: 'ok', job: toJobName('together', pickTarget('together')), way: 'queue' };
    }
    const kind = drawn === 'endless' || drawn === 'deaf' ? 'endless' : 'work';
    return {
      number,
      course: drawn,
      job: toJobName(kind, pickTarget(kind)),
      way: random.weigh({ http: 4, queue: 4, bus: 2 }),
    };
  });
}

/** What the event says: its number and its course. */
export function toBody({ number, course }: Delivery) {
  return { chaos: `${number} ${course}` };
}

/** The numbers in an event as the ledger has it. */
export function numbersIn(event: string): readonly number[] {
  return [...event.matchAll(/"chaos":"(\d+) /g)].map(([, number]) => Number(number));
}
