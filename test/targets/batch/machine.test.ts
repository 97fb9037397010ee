import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Retry } from '../../../shared/runs/plan.ts';
import { toBatchMachine } from '../../../shared/targets/batch/machine.ts';
import type { Course } from '../../stand-in/batch-job.ts';
import { runId } from '../../support/draft.ts';
import { createBatchWorld, jobDefinition, jobQueue, retry } from './world.ts';

/** The package has no types. */
const validate: (
  machine: object,
  options: { readonly checkPaths: boolean; readonly checkArn: boolean },
) => { readonly isValid: boolean; readonly errorsText: (separator: string) => string } = createRequire(
  import.meta.url,
)('asl-validator');

function toMachine(change: Partial<Retry>) {
  return toBatchMachine({
    job: 'report',
    stack: 'media-prod',
    jobQueue,
    jobDefinition,
    retry: { ...retry, ...change },
    tryTimeoutSeconds: 3600,
    executionTimeoutSeconds: 86_400,
  });
}

/** Jobs that go one after the other as listed, the last one again and again. */
function inTurn(...courses: readonly Course[]): { course: () => Course } {
  let next = 0;
  return { course: () => courses[Math.min(next++, courses.length - 1)] ?? { seconds: 0, exitCode: 0 } };
}

const fails = { seconds: 0, exitCode: 3 } as const;
const succeeds = { seconds: 0, exitCode: 0 } as const;
const reclaimed = { seconds: 0, statusReason: 'Host EC2 (instance i-0123) terminated.' } as const;

describe('the generated state machine', () => {
  it('is valid, whatever the retry rules', () => {
    const rule = fc.oneof(
      fc.constantFrom(
        'exit-code',
        'timed-out',
        'interrupted',
        'out-of-memory',
        'image-pull',
        'stopped',
        'lost',
      ),
      fc.record({ exitCodes: fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 20 }) }),
    ) as fc.Arbitrary<Retry['retryOn'][number]>;
    const rules = fc.record({
      attempts: fc.integer({ min: 1, max: 100 }),
      intervalSeconds: fc.integer({ min: 0, max: 604_800 }),
      multiplier: fc.double({ min: 1, max: 100, noNaN: true }),
      maxIntervalSeconds: fc.integer({ min: 1, max: 604_800 }),
      jitter: fc.constantFrom('none', 'full'),
      retryOn: fc.array(rule, { maxLength: 8 }),
    }) as fc.Arbitrary<Retry>;
    fc.assert(
      fc.property(rules, (each) => {
        const { isValid, errorsText } = validate(toMachine(each), { checkPaths: true, checkArn: true });
        expect(isValid, errorsText('\n')).toBe(true);
      }),
      { numRuns: 3 },
    );
  });

  it('has the same states for one attempt and for a hundred', () => {
    const names = (attempts: number) => Object.keys(toMachine({ attempts }).States);
    expect(names(100)).toEqual(names(1));
  });

  it('succeeds with the first job that does', async () => {
    const { execute, batch } = await createBatchWorld();
    const result = await execute();
    const [job] = batch.jobs();
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      output: { jobId: job?.id, jobName: `${runId}-1`, attempts: 1 },
    });
    expect(batch.jobs()).toHaveLength(1);
  });

  it.each([
    { attempts: 3, intervalSeconds: 5, multiplier: 2, waits: [5, 10] },
    { attempts: 5, intervalSeconds: 5, multiplier: 2, maxIntervalSeconds: 15, waits: [5, 10, 15, 15] },
    { attempts: 4, intervalSeconds: 0, multiplier: 1, waits: [0, 0, 0] },
    { attempts: 4, intervalSeconds: 1, multiplier: 1.5, waits: [1, 2, 2] },
    { attempts: 1, intervalSeconds: 60, multiplier: 2, waits: [] },
    { attempts: 2, intervalSeconds: 604_800, multiplier: 1, maxIntervalSeconds: 604_800, waits: [604_800] },
  ])('makes $attempts attempts with waits of $waits s', async ({ waits, ...rules }) => {
    const { execute, batch, ...world } = await createBatchWorld({ retry: rules, definition: inTurn(fails) });
    expect(await execute()).toMatchObject({
      status: 'FAILED',
      error: 'Signalbox.exit-code',
      cause: 'exit code 3: Essential container in task exited',
    });
    expect(world.waits()).toEqual(waits);
    const names = Array.from({ length: rules.attempts }, (_, index) => `${runId}-${index + 1}`);
    expect(batch.jobs().map(({ name }) => name)).toEqual(names);
    expect(batch.jobs().map((job) => variableOf(job, 'STP_CURRENT_ATTEMPT'))).toEqual(
      names.map((_, index) => String(index + 1)),
    );
    expect(new Set(batch.jobs().map((job) => variableOf(job, 'STP_MAXIMUM_ATTEMPTS')))).toEqual(
      new Set([String(rules.attempts)]),
    );
  });

  it('makes a hundred attempts', async () => {
    const { execute, batch } = await createBatchWorld({
      retry: { attempts: 100 },
      definition: inTurn(fails),
    });
    expect(await execute()).toMatchObject({ status: 'FAILED', error: 'Signalbox.exit-code' });
    expect(batch.jobs()).toHaveLength(100);
    expect(batch.jobs().at(-1)?.name).toBe(`${runId}-100`);
  }, 30_000);

  it('stops retrying with the attempt that succeeds', async () => {
    const { execute } = await createBatchWorld({
      retry: { attempts: 5 },
      definition: inTurn(fails, fails, succeeds),
    });
    expect(await execute()).toMatchObject({
      status: 'SUCCEEDED',
      output: { attempts: 3, jobName: `${runId}-3` },
    });
  });

  it.each([
    { retryOn: [], made: 1 },
    { retryOn: ['exit-code'], made: 3 },
    { retryOn: ['timed-out', 'lost'], made: 1 },
    { retryOn: [{ exitCodes: [2, 3] }], made: 3 },
    { retryOn: [{ exitCodes: [2, 4] }], made: 1 },
    { retryOn: ['timed-out', { exitCodes: [2] }, { exitCodes: [3] }], made: 3 },
  ] as const)(
    'after exit code 3, with retryOn $retryOn, makes $made of 3 attempts',
    async ({ retryOn, made }) => {
      const { execute, batch } = await createBatchWorld({
        retry: { attempts: 3, retryOn },
        definition: inTurn(fails),
      });
      expect(await execute()).toMatchObject({ error: 'Signalbox.exit-code' });
      expect(batch.jobs()).toHaveLength(made);
    },
  );

  it('makes an attempt that Spot interrupted again, three times, without counting it', async () => {
    const { execute, batch } = await createBatchWorld({
      retry: { attempts: 2 },
      definition: inTurn(reclaimed, reclaimed, reclaimed, succeeds),
    });
    expect(await execute()).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1 } });
    expect(batch.jobs().map((job) => [job.name, variableOf(job, 'STP_CURRENT_ATTEMPT')])).toEqual([
      [`${runId}-1`, '1'],
      [`${runId}-1-1`, '1'],
      [`${runId}-1-2`, '1'],
      [`${runId}-1-3`, '1'],
    ]);
  });

  it('counts an interruption once three were free, and gives the next attempt three again', async () => {
    const { execute, batch } = await createBatchWorld({
      retry: { attempts: 2 },
      definition: inTurn(reclaimed),
    });
    expect(await execute()).toMatchObject({ status: 'FAILED', error: 'Signalbox.interrupted' });
    expect(batch.jobs().map(({ name }) => name.slice(runId.length))).toEqual([
      '-1',
      '-1-1',
      '-1-2',
      '-1-3',
      '-2',
      '-2-1',
      '-2-2',
      '-2-3',
    ]);
  });

  it('ends when its time is over, and Batch ends the job', async () => {
    const { execute, batch } = await createBatchWorld({
      definition: inTurn({ seconds: Number.POSITIVE_INFINITY }),
      executionTimeoutSeconds: 100_000,
    });
    expect(await execute()).toMatchObject({ status: 'TIMED_OUT' });
    expect(batch.jobs()).toHaveLength(1);
  });

  it('gives each job its timeout, its tags and one attempt of Batch', async () => {
    const { execute, batch } = await createBatchWorld();
    await execute();
    expect(batch.jobs()).toMatchObject([
      {
        timeoutSeconds: 3600,
        tags: { 'signalbox:run': runId, 'signalbox:job': 'report', 'signalbox:stack': 'media-prod' },
        propagatesTags: true,
      },
    ]);
  });
});

describe('a state machine that a person starts', () => {
  it.each([
    { event: { order: 7, note: 'two words' }, text: '{"order":7,"note":"two words"}' },
    { event: '{"a":"\\u2028 \\" \\\\ 😀"}', text: '{"a":"\\u2028 \\" \\\\ 😀"}' },
    { event: [1, 2], text: '[1,2]' },
  ])('gives the job the event $event', async ({ event, text }) => {
    const { execute, batch } = await createBatchWorld({ retry: { attempts: 2 } });
    expect(await execute(JSON.stringify({ event }), 'by-hand')).toMatchObject({ status: 'SUCCEEDED' });
    const [job] = batch.jobs();
    expect(Object.fromEntries(job?.environment.map(({ name, value }) => [name, value]) ?? [])).toEqual({
      STP_TRIGGER_EVENT_DATA: text,
      STP_MAXIMUM_ATTEMPTS: '2',
      STP_CURRENT_ATTEMPT: '1',
      STP_RUN_ID: 'by-hand',
      STP_JOB_NAME: 'report',
      STP_TRIGGER_SOURCE: 'manual',
      MANAGED_BY_AWS: 'STARTED_BY_STEP_FUNCTIONS',
    });
  });

  it('retries by the same rules', async () => {
    const { execute, batch, waits } = await createBatchWorld({
      retry: { attempts: 3, intervalSeconds: 5, multiplier: 2 },
      definition: inTurn(fails),
    });
    expect(await execute('{"event":{}}', 'by-hand')).toMatchObject({ error: 'Signalbox.exit-code' });
    expect(waits()).toEqual([5, 10]);
    expect(batch.jobs().map(({ name }) => name)).toEqual(['by-hand-1', 'by-hand-2', 'by-hand-3']);
  });

  it('draws the waits when there is jitter', async () => {
    const { execute, waits } = await createBatchWorld({
      retry: { attempts: 4, intervalSeconds: 1000, jitter: 'full' },
      definition: inTurn(fails),
    });
    await execute('{"event":{}}', 'by-hand');
    expect(waits()).toHaveLength(3);
    for (const seconds of waits()) {
      expect(seconds).toBeGreaterThanOrEqual(0);
      // The interpreter's MathRandom takes its end in, which AWS's leaves out.
      expect(seconds).toBeLessThanOrEqual(1001);
    }
  });

  it.each(['{}', '{"Comment":"Insert your JSON here"}'])(
    'fails at once without an event: %s',
    async (input) => {
      const { execute, batch } = await createBatchWorld();
      expect(await execute(input, 'by-hand')).toMatchObject({
        status: 'FAILED',
        error: 'Signalbox.bad-event',
      });
      expect(batch.jobs()).toEqual([]);
    },
  );

  it('fails with what Batch says when the event is too big for the job', async () => {
    const { execute, batch } = await createBatchWorld({ retry: { attempts: 3 } });
    expect(await execute(JSON.stringify({ event: 'x'.repeat(8000) }), 'by-hand')).toMatchObject({
      status: 'FAILED',
      error: 'Signalbox.bad-event',
      cause: 'Container Overrides length must be at most 8192',
    });
    expect(batch.jobs()).toHaveLength(1);
  });

  it('fails at once when its name makes no name of a job', async () => {
    const { execute, batch } = await createBatchWorld({ retry: { attempts: 3 } });
    expect(await execute('{"event":{}}', 'by.hand')).toMatchObject({ error: 'Signalbox.rejected' });
    expect(batch.jobs()).toEqual([]);
  });
});

function variableOf(job: { environment: readonly { name: string; value: string }[] }, name: string) {
  return job.environment.find((each) => each.name === name)?.value;
}
