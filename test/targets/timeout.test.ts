import { describe, expect, it } from 'vitest';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Work } from '../../shared/runs/plan.ts';
import { isFinished, type Run } from '../../shared/runs/run.ts';
import type { Target } from '../../shared/targets/target.ts';
import { createClock } from '../support/clock.ts';
import { runId, toDraft, toPlan } from '../support/draft.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { createWorld } from '../support/world.ts';
import { createBatchWorld } from './batch/world.ts';
import { createWorld as createBuilds, toWork as toBuild } from './codebuild/world.ts';
import { createFargate, toWork as toTask } from './fargate/fargate-world.ts';
import { createMachines, toMachineOrder } from './state-machine/machines.ts';

const forever = { seconds: Number.POSITIVE_INFINITY } as const;

/** A target with a job that ends only when its service is made to end it. */
type Place = {
  readonly target: Target;
  readonly work: Work;
  /** What lives at the service, by its own account. */
  readonly living: () => number;
  /** The next call that stops something is answered as if it were done, and nothing is. */
  readonly ignoreStop: () => void;
  readonly stops: () => number;
};

const places: Readonly<Record<string, () => Promise<Place>>> = {
  async fargate() {
    const containers = [{ name: 'job', course: { seconds: 1_000_000, exitCode: 0 }, stopTimeoutSeconds: 0 }];
    const { target, standIn, ecs } = await createFargate({
      definitions: [{ family: 'endless', revision: 1, containers }],
    });
    return {
      target,
      work: toTask('endless'),
      living: () => ecs.tasks.filter((task) => task.lastStatus() !== 'STOPPED').length,
      ignoreStop: () => standIn.faults.next('StopTask', { kind: 'answer', body: {} }),
      stops: () => standIn.countOf('StopTask'),
    };
  },
  async codebuild() {
    const work = { kind: 'course', seconds: 1_000_000, exitCode: 0 } as const;
    const { target, standIn, codeBuild } = await createBuilds({ projects: [{ name: 'endless', work }] });
    return {
      target,
      work: toBuild('endless'),
      living: () => codeBuild.builds().filter(({ endedAt }) => endedAt === undefined).length,
      ignoreStop: () => standIn.faults.next('StopBuild', { kind: 'answer', body: {} }),
      stops: () => standIn.countOf('StopBuild'),
    };
  },
  async 'state-machine'() {
    const { target, standIn, stepFunctions } = await createMachines();
    return {
      target,
      work: toMachineOrder(`${runId}-1-1`, 'waits').work,
      living: () => stepFunctions.executions().filter(({ status }) => status === 'RUNNING').length,
      ignoreStop: () => standIn.faults.next('StopExecution', { kind: 'answer', body: {} }),
      stops: () => standIn.countOf('StopExecution'),
    };
  },
  async batch() {
    const { target, standIn, batch, steps, work } = await createBatchWorld({
      definition: { course: forever },
    });
    // Step Functions ends the job of an execution that is stopped on best effort only.
    batch.leaveJobsOnStop();
    const isLiving = ({ status }: { readonly status: string }) => !['FAILED', 'SUCCEEDED'].includes(status);
    return {
      target,
      work,
      living: () =>
        steps.executions().filter(({ status }) => status === 'RUNNING').length +
        batch.jobs().filter(isLiving).length,
      ignoreStop: () => standIn.faults.next('TerminateJob', { kind: 'answer', body: {} }),
      stops: () => standIn.countOf('TerminateJob'),
    };
  },
};

describe.each(Object.keys(places))('a job on %s that runs for longer than its timeout', (name) => {
  it('is stopped, and asked to stop again when the first stop did nothing; only then the run ends', async () => {
    const { target, work, living, ignoreStop, stops } = await toPlace(name);
    const run = await createRun(target, work);
    await run.untilIt(({ status }) => status === 'running');
    await run.pass(115 - run.secondsRun());
    expect(run.now()).toMatchObject({ status: 'running' });
    ignoreStop();
    await run.pass(10);
    expect(run.now()).toMatchObject({ status: 'stopping', stopping: { reason: 'timeout' } });
    expect(living()).toBeGreaterThan(0);
    await run.untilIt(isFinished);
    expect(run.now()).toMatchObject({
      status: 'timed-out',
      cause: { class: 'timed-out', reason: 'ran longer than its timeout of 120 s' },
      attempts: [{ number: 1 }],
    });
    expect(living()).toBe(0);
    expect(stops()).toBeGreaterThan(1);
    // 45 s to stop and 30 s for the news, two or three times.
    expect(run.secondsRun()).toBeLessThan(120 + 10 + 3 * 75);
  });
});

describe('a job that does not run within its startTimeout', () => {
  it('is stopped on Fargate while it is on its way', async () => {
    const { target, ecs } = await createFargate({ stepMs: 60_000 });
    const run = await createRun(target, toTask('waits'));
    await run.pass(1);
    expect(run.now()).toMatchObject({ status: 'starting' });
    await run.pass(120);
    expect(run.now()).toMatchObject({ status: 'stopping', stopping: { reason: 'start-timeout' } });
    expect(ecs.tasks.map((task) => task.desiredStatus())).toEqual(['STOPPED']);
  });

  it('is stopped on CodeBuild while it waits in the queue there', async () => {
    const { target, codeBuild } = await createBuilds({ concurrency: 0, mostQueued: 5 });
    const run = await createRun(target, toBuild('waits'));
    await run.pass(1);
    expect(run.now()).toMatchObject({ status: 'starting' });
    await run.pass(120);
    await run.untilIt(isFinished);
    expect(run.now()).toMatchObject({
      status: 'failed',
      cause: { class: 'target-unavailable', reason: 'did not run within 120 s (startTimeout)' },
    });
    expect(codeBuild.builds()).toMatchObject([{ status: 'STOPPED' }]);
  });
});

async function toPlace(name: string): Promise<Place> {
  const create = places[name];
  if (create === undefined) throw new Error(`no place is named ${name}`);
  return create();
}

/** A run of one attempt, two minutes long, with two minutes to start; it is looked at when it is due, and never told of. */
async function createRun(target: Target, work: Work) {
  // The services here go by the time of the day.
  const clock = createClock(Date.now());
  const ledger = createMemoryLedger(clock.now);
  const now = clock.now;
  const engine = createEngine({ ...createWorld(), ledger, targets: { [target.name]: target }, now });
  const plan = toPlan({
    work,
    timeoutSeconds: 120,
    startTimeoutSeconds: 120,
    stopTimeoutSeconds: 45,
    retry: { attempts: 1 },
  });
  await engine.accept(toDraft({ plan, createdAt: now(), updatedAt: now() }));
  let current = await load();

  async function load(): Promise<Run> {
    const run = await ledger.load(runId);
    if (run === undefined) throw new Error('the run is not in the ledger');
    return run;
  }

  async function tellDue(): Promise<void> {
    await engine.tell(runId, { kind: 'due' });
    current = await load();
  }

  return {
    now: () => current,
    /** Goes from one time that it is due to the next. */
    async pass(seconds: number) {
      const until = clock.now() + seconds * 1000;
      while (current.dueAt !== undefined && current.dueAt <= until) {
        clock.passTo(current.dueAt);
        await tellDue();
      }
      clock.passTo(until);
    },
    async untilIt(holds: (run: Run) => boolean) {
      for (let looks = 0; looks < 50 && !holds(current); looks++) {
        if (current.dueAt === undefined) throw new Error(`it is ${current.status} and never due`);
        clock.passTo(current.dueAt);
        await tellDue();
        // What a service does meanwhile takes it some real time.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if (!holds(current)) throw new Error(`it is ${current.status} still`);
    },
    secondsRun: () => (clock.now() - (current.attempts[0]?.startedAt ?? 0)) / 1000,
  };
}
