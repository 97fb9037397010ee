import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Retry } from '../../../shared/runs/plan.ts';
import { isRetried } from '../../../shared/runs/retry.ts';
import { judge } from '../../../shared/targets/batch/verdict.ts';
import type { Course } from '../../stand-in/batch-job.ts';
import { runId } from '../../support/draft.ts';
import { createBatchWorld, retry } from './world.ts';

const courses: readonly Course[] = [
  { seconds: 0, exitCode: 0 },
  { seconds: 0, exitCode: 1 },
  { seconds: 0, exitCode: 3 },
  { seconds: 0, exitCode: 137, statusReason: 'Job attempt duration exceeded timeout' },
  { seconds: 0, statusReason: 'Host EC2 (instance i-0123) terminated.' },
  { seconds: 0, exitCode: 137, containerReason: 'OutOfMemoryError: Container killed due to memory usage' },
  { seconds: 0, statusReason: 'Task failed to start', containerReason: 'CannotPullContainerError: no' },
  { seconds: 0, statusReason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT' },
  { seconds: 0, statusReason: 'Task failed to start' },
];

const rule = fc.constantFrom<Retry['retryOn'][number]>(
  'exit-code',
  'timed-out',
  'interrupted',
  'out-of-memory',
  'image-pull',
  'lost',
  { exitCodes: [3] },
  { exitCodes: [1, 2] },
);

const rules = fc.record({
  attempts: fc.integer({ min: 1, max: 5 }),
  intervalSeconds: fc.integer({ min: 0, max: 100 }),
  multiplier: fc.constantFrom(1, 1.5, 2, 10),
  maxIntervalSeconds: fc.integer({ min: 1, max: 300 }),
  retryOn: fc.uniqueArray(rule, { maxLength: 6 }),
});

/** The jobs and the waits that the retry rules ask for, as the engine would have them for a target without tries. */
function toExpected(retry: Retry, course: (index: number) => Course) {
  const names: string[] = [];
  const waits: number[] = [];
  let attempt = 1;
  let interruptions = 0;
  for (let index = 0; ; index++) {
    names.push(interruptions === 0 ? `${attempt}` : `${attempt}-${interruptions}`);
    const { exitCode = -1, statusReason = 'exited', containerReason = '' } = course(index);
    if (exitCode === 0) return { names, waits, error: undefined };
    const failure = judge({ exitCode, statusReason, containerReason, isStopped: false });
    if (failure.class === 'interrupted' && interruptions < 3) {
      interruptions++;
      continue;
    }
    if (attempt >= retry.attempts || !isRetried(failure, retry.retryOn)) {
      return { names, waits, error: `Signalbox.${failure.class}` };
    }
    const seconds = retry.intervalSeconds * retry.multiplier ** (attempt - 1);
    waits.push(Math.round(Math.min(seconds, retry.maxIntervalSeconds)));
    attempt++;
    interruptions = 0;
  }
}

it('a state machine makes the attempts, with the waits, that the retry rules ask for', async () => {
  const story = fc.array(fc.constantFrom(...courses.slice(1)), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(rules, story, async (each, failures) => {
      const courseOf = (index: number): Course => failures[index] ?? { seconds: 0, exitCode: 0 };
      let next = 0;
      const world = await createBatchWorld({
        retry: each,
        definition: { course: () => courseOf(next++) },
      });
      const { names, waits, error } = toExpected({ ...retry, ...each }, courseOf);
      expect((await world.execute()).error).toBe(error);
      expect(world.batch.jobs().map(({ name }) => name)).toEqual(names.map((name) => `${runId}-${name}`));
      expect(world.waits()).toEqual(waits);
    }),
    { numRuns: Math.ceil(Number(process.env['FC_RUNS'] ?? 8000) / 1000), interruptAfterTimeLimit: 50_000 },
  );
}, 60_000);
