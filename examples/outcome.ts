import type { Run } from '../shared/runs/run.ts';

/** How each run of a demo must end, by job. */
const expected: Readonly<Record<string, { status: Run['status']; attempts: number; runs: number }>> = {
  'word-index': { status: 'succeeded', attempts: 1, runs: 2 },
  'csv-summary': { status: 'succeeded', attempts: 1, runs: 1 },
  'flaky-import': { status: 'succeeded', attempts: 3, runs: 1 },
  'endless-report': { status: 'timed-out', attempts: 1, runs: 1 },
  'bulk-order': { status: 'succeeded', attempts: 1, runs: 1 },
  'shipping-label': { status: 'succeeded', attempts: 1, runs: 3 },
};

/** What is not as it should be, a sentence each. */
export function toSurprises(runs: readonly Run[]): string[] {
  return Object.entries(expected).flatMap(([job, { status, attempts, runs: count }]) => {
    const own = runs.filter((run) => run.job === job);
    const others = own.filter((run) => run.status !== status || run.attempts.length !== attempts);
    return [
      ...(own.length === count ? [] : [`${job} has ${own.length} runs, expected ${count}`]),
      ...others.map(
        (run) =>
          `${job} ${run.status} after ${run.attempts.length} attempts, expected ${status} after ${attempts}`,
      ),
    ];
  });
}
