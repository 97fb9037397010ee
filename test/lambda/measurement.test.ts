import { describe, expect, it } from 'vitest';
import { type Measurement, toMeasurements, toSweepMeasurements } from '../../shared/lambda/measurement.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Cause } from '../../shared/runs/failure.ts';
import type { Draft } from '../../shared/runs/ledger.ts';
import type { Order } from '../../shared/runs/order.ts';
import type { Run } from '../../shared/runs/run.ts';
import { runId, start, toDraft, toPlan, toRun } from '../support/draft.ts';
import type { Course } from '../support/scripted-target.ts';
import { createWorld, drive } from '../support/world.ts';

const failed: Cause = { class: 'exit-code', reason: 'ended with exit code 1', exitCode: 1 };
const takenBack: Cause = { class: 'interrupted', reason: 'Spot took it back' };

/** Everything that was measured, in the order in which it happened; `word-index` is left out. */
function createMeter(courseOf?: (order: Order) => Course) {
  const world = createWorld(courseOf);
  const measured: string[] = [];
  const saw = (before: Run | undefined, after: Run) =>
    void measured.push(...toWords(toMeasurements(before, after)));
  return { ...world, measured, engine: createEngine({ ...world, saw }), saw };
}

function toWords(measurements: readonly Measurement[]): readonly string[] {
  return measurements.map(({ metric, value, class: failure }) =>
    [metric, value, ...(failure === undefined ? [] : [failure])].join(' '),
  );
}

async function measure(courseOf?: (order: Order) => Course, draft: Draft = toDraft()) {
  const meter = createMeter(courseOf);
  await meter.engine.accept(draft);
  await drive(meter, meter.engine, draft.run.id);
  return meter.measured;
}

describe('a run is measured', () => {
  it('when it is accepted, when it starts, and when it succeeds', async () => {
    const meter = createMeter();
    await meter.engine.accept(toDraft());
    meter.clock.pass(7);
    await drive(meter, meter.engine, runId);
    expect(meter.measured).toEqual([
      'RunsAccepted 1',
      'RunsStarted 1',
      'TimeToStart 7',
      'RunsSucceeded 1',
      'RunDuration 10',
    ]);
  });

  it('by its job', () => {
    expect(toMeasurements(undefined, toRun({ job: 'audit' }))).toEqual([
      { metric: 'RunsAccepted', value: 1, job: 'audit' },
    ]);
  });

  it('once, also when it is delivered again', async () => {
    const meter = createMeter();
    await meter.engine.accept(toDraft());
    await meter.engine.accept(toDraft());
    expect(meter.measured).toEqual(['RunsAccepted 1']);
  });

  it('once, also when others save it in between', async () => {
    const meter = createMeter();
    await meter.engine.accept(toDraft());
    let isFirst = true;
    const save = async (run: Run) => {
      const isInTheWay = isFirst;
      isFirst = false;
      const stored = isInTheWay ? await meter.ledger.load(run.id) : undefined;
      if (stored) await meter.ledger.save(stored);
      return meter.ledger.save(run);
    };
    const engine = createEngine({ ...meter, ledger: { ...meter.ledger, save } });
    await engine.tell(runId, { kind: 'due' });
    expect(isFirst).toBe(false);
    expect(meter.measured).toEqual(['RunsAccepted 1', 'RunsStarted 1', 'TimeToStart 0']);
  });

  it('as one that starts once, when its first attempt fails and the second does not', async () => {
    const plan = toPlan({ retry: { attempts: 2, intervalSeconds: 30 } });
    const measured = await measure(
      ({ attempt }) => (attempt === 1 ? { seconds: 4, failure: failed } : { seconds: 10 }),
      toDraft({ plan }),
    );
    expect(measured.filter((each) => !each.startsWith('RunDuration'))).toEqual([
      'RunsAccepted 1',
      'RunsStarted 1',
      'TimeToStart 0',
      'AttemptsFailed 1',
      'RunsSucceeded 1',
    ]);
  });

  it('as one that starts once, when Spot takes back what was started', async () => {
    const measured = await measure(({ token }) =>
      token.endsWith('-1-1') ? { seconds: 4, failure: takenBack } : { seconds: 10 },
    );
    expect(measured).toEqual([
      'RunsAccepted 1',
      'RunsStarted 1',
      'TimeToStart 0',
      'RunsSucceeded 1',
      'RunDuration 10',
    ]);
  });

  it('as failed, with its class, and how long it took', async () => {
    const measured = await measure(() => ({ seconds: 4, failure: failed }));
    expect(measured.slice(3)).toEqual(['AttemptsFailed 1', 'RunsFailed 1 exit-code', 'RunDuration 4']);
  });

  it('as failed with the class timed-out, when it was stopped for its time', async () => {
    const measured = await measure(() => ({ seconds: 3600 }));
    expect(measured.slice(3)).toEqual(['AttemptsFailed 1', 'RunsFailed 1 timed-out', 'RunDuration 60']);
  });

  it('as failed and never started, when its target refuses it', async () => {
    const meter = createMeter();
    const cause = { class: 'rejected', reason: 'no such cluster' } as const;
    const targets = {
      process: { ...meter.target, start: async () => ({ kind: 'refused', cause }) as const },
    };
    const engine = createEngine({ ...meter, targets });
    await engine.accept(toDraft());
    await engine.tell(runId, { kind: 'due' });
    expect(meter.measured).toEqual(['RunsAccepted 1', 'RunsFailed 1 rejected']);
  });

  it('as accepted and failed at once, when its event could not be read', () => {
    const cause = { class: 'bad-event', reason: 'body is missing, expected a text' } as const;
    const bad = toRun({ status: 'failed', cause, endedAt: start });
    expect(toWords(toMeasurements(undefined, bad))).toEqual(['RunsAccepted 1', 'RunsFailed 1 bad-event']);
  });

  it('neither as failed nor as succeeded, when a person cancels it', async () => {
    const meter = createMeter();
    await meter.engine.accept(toDraft());
    await meter.engine.tell(runId, { kind: 'due' });
    await meter.engine.tell(runId, { kind: 'cancel-asked' });
    expect(await drive(meter, meter.engine, runId)).toMatchObject({ status: 'cancelled' });
    expect(meter.measured).toEqual(['RunsAccepted 1', 'RunsStarted 1', 'TimeToStart 0']);
  });

  it('with no time below zero, when the clock of its target is slow', () => {
    const attempt = {
      number: 1,
      askedAt: start,
      startBy: start,
      start: { number: 1, token: `${runId}-1-1`, askedAt: start, deadlineAt: start, unknownAnswers: 0 },
      refusals: 0,
      interruptions: 0,
      startedAt: start - 5000,
    };
    const running = toRun({ status: 'running', attempts: [attempt] });
    expect(toWords(toMeasurements(toRun(), running))).toEqual(['RunsStarted 1', 'TimeToStart 0']);
  });
});

describe('attempts of a job on Batch', () => {
  const token = `${runId}-1-1`;
  const plan = toPlan({ timeoutSeconds: 600 });
  const tried = (number: number, failure?: Cause) =>
    ({
      kind: 'reported',
      report: {
        token,
        state: 'tried',
        try: { number, externalId: `job-${number}`, endedAt: start, ...(failure && { failure }) },
      },
    }) as const;

  it('are its tries, which its state machine makes; its end tells of none again', async () => {
    const meter = createMeter(() => ({ seconds: 60, failure: failed }));
    await meter.engine.accept(toDraft({ plan }));
    await meter.engine.tell(runId, { kind: 'due' });
    await meter.engine.tell(runId, tried(1, failed));
    await meter.engine.tell(runId, tried(2, failed));
    await drive(meter, meter.engine, runId);
    await meter.engine.tell(runId, tried(3, failed));
    expect(meter.measured.slice(3)).toEqual([
      'AttemptsFailed 1',
      'AttemptsFailed 1',
      'RunsFailed 1 exit-code',
      'RunDuration 60',
      'AttemptsFailed 1',
    ]);
  });
});

it('a pass of the sweep is measured by what waits, of all jobs together', () => {
  const swept = {
    looked: 3,
    reminded: 1,
    told: 0,
    failed: 0,
    isComplete: true,
    waiting: 41,
    oldestWaitingSeconds: 130,
  };
  expect(toSweepMeasurements(swept)).toEqual([
    { metric: 'Waiting', value: 41 },
    { metric: 'OldestWaiting', value: 130 },
  ]);
});
