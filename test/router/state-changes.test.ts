import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createStateChanges } from '../../shared/router/state-changes.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Work } from '../../shared/runs/plan.ts';
import { toToken } from '../../shared/runs/run.ts';
import type { StateChange, Target } from '../../shared/targets/target.ts';
import { runId, start, toDraft, toPlan } from '../support/draft.ts';
import { createWorld, type TestWorld } from '../support/world.ts';

const machine = 'arn:aws:states:eu-west-1:123456789012:stateMachine:reconcile';
const work: Work = { target: 'state-machine', stateMachine: `${machine}:live`, waitsForEnd: true };
const execution = 'arn:aws:states:eu-west-1:123456789012:execution:reconcile:by-hand-1';

const jobsYml = `
service: orders
jobs:
  reconcile: { target: state-machine, stateMachineArn: '${machine}:live', events: [{ type: manual }] }
  other: { target: process, local: { command: [node] }, events: [{ type: manual }] }
`;

/** A world whose target says of an event what the event says itself. */
async function withRun(world: TestWorld = createWorld()) {
  const target: Target = {
    ...world.target,
    report: (event) => (isChange(event) ? event : undefined),
  };
  const targets = { 'state-machine': target };
  const engine = createEngine({ ...world, announcers: {}, targets, startsAtOnce: () => true });
  await engine.accept(toDraft({ plan: toPlan({ work, retry: { attempts: 3 } }) }));
  const tell = createStateChanges({
    engine,
    ledger: world.ledger,
    targets,
    jobs: parseJobs(jobsYml, '/jobs.yml').jobs,
    toPlan: ({ target }) =>
      toPlan({ work: target === 'process' ? toPlan().work : work, retry: { attempts: 3 } }),
    now: world.now,
  });
  return { world, tell, load: () => world.ledger.load(runId) };
}

function isChange(event: unknown): event is StateChange {
  return typeof event === 'object' && event !== null && 'kind' in event;
}

describe('an event about a start of ours', () => {
  const ended: StateChange = {
    kind: 'report',
    report: { token: `${runId}-1-1`, externalId: `job-of-${runId}-1-1`, state: 'ended', endedAt: start },
  };

  it('is told to its run', async () => {
    const { tell, load } = await withRun();
    expect(await tell(ended)).toMatchObject({ id: runId, status: 'succeeded' });
    expect(await load()).toMatchObject({ status: 'succeeded' });
  });

  it('may come twice, or after the run has ended', async () => {
    const { tell, load } = await withRun();
    await tell(ended);
    const before = await load();
    await tell(ended);
    expect(await load()).toEqual(before);
  });

  it('is of the newest start when its service has one name for all of them', async () => {
    const { world, tell, load } = await withRun();
    const run = await load();
    const [attempt] = run?.attempts ?? [];
    if (run === undefined || attempt === undefined) throw new Error('it has no attempt');
    const token = toToken(runId, 1, 4);
    await world.ledger.save({
      ...run,
      attempts: [{ ...attempt, start: { ...attempt.start, number: 4, token } }],
    });
    await tell({ ...ended, ofAnyStart: true });
    expect(await load()).toMatchObject({ status: 'succeeded' });
  });

  it('that takes a look is followed by one', async () => {
    const { world, tell, load } = await withRun();
    world.clock.pass(20);
    await tell({ kind: 'look', token: `${runId}-1-1`, externalId: `job-of-${runId}-1-1` });
    expect(await load()).toMatchObject({ status: 'succeeded' });
  });

  it('is left alone when its run is not in the ledger', async () => {
    const { tell } = await withRun();
    const report = { ...ended.report, token: 'zzzzzzzzzzzzzzzzzzzzzzzzzz-1-1' };
    expect(await tell({ kind: 'report', report })).toBeUndefined();
    expect(await tell({ kind: 'report', report: { ...report, token: 'nonsense' } })).toBeUndefined();
    expect(await tell({ some: 'event' })).toBeUndefined();
  });
});

describe('an event about something that a person started', () => {
  const byHand: StateChange = {
    kind: 'by-hand',
    resource: machine,
    externalId: execution,
    finding: { state: 'running', startedAt: start },
    event: '{"orderId":7}',
  };

  it('makes a run of the job that it is one of, with what it was given as its event', async () => {
    const { world, tell } = await withRun();
    const run = await tell(byHand);
    expect(run).toMatchObject({
      job: 'reconcile',
      source: 'manual',
      rule: '',
      status: 'running',
      attempts: [{ number: 1, startedAt: start, start: { externalId: execution } }],
      // Whoever started it sees to its end.
      plan: { timeoutSeconds: 31_536_000, startTimeoutSeconds: 31_536_000 },
    });
    const event = JSON.parse((await world.ledger.loadEvent(run?.id ?? '')) ?? '{}');
    expect(event).toMatchObject({
      id: execution,
      source: 'manual',
      sourceArn: machine,
      records: [{ type: 'signalbox.manual', data: { input: { orderId: 7 } } }],
    });
    expect(world.target.calls).toHaveLength(1);
  });

  it('is one run, however often and in whatever order its events come', async () => {
    const { world, tell } = await withRun();
    const done: StateChange = { ...byHand, finding: { state: 'ended', endedAt: start, startedAt: start } };
    await Promise.all([tell(done), tell(byHand), tell(done)]);
    const { runs } = await world.ledger.list({ jobs: ['reconcile'], limit: 10 });
    expect(runs).toMatchObject([{ status: 'succeeded' }]);
  });

  it('is linked to the run whose execution it is another life of', async () => {
    const { tell } = await withRun();
    const redriven = { ...byHand, externalId: `${execution}#redrive-1`, redriveOf: runId };
    expect(await tell(redriven)).toMatchObject({ status: 'running', replayOf: runId });
  });

  it('is not tried again when it failed: a person is there for that', async () => {
    const { tell } = await withRun();
    const cause = { class: 'exit-code', reason: 'States.Runtime' } as const;
    const failed: StateChange = { ...byHand, finding: { state: 'ended', endedAt: start, failure: cause } };
    expect(await tell(failed)).toMatchObject({ status: 'failed', cause, attempts: [{ number: 1 }] });
  });

  it('has its trigger event, where it was given one', async () => {
    const { world, tell } = await withRun();
    const event =
      '{"id":"1","source":"sqs","sourceArn":"arn","time":"2026-11-20T10:00:00.000Z","records":[]}';
    const run = await tell({ ...byHand, event });
    expect(await world.ledger.loadEvent(run?.id ?? '')).toBe(event);
  });

  it('is nobody’s when no job, or more than one, is made of that', async () => {
    const { world, tell } = await withRun();
    expect(await tell({ ...byHand, resource: `${machine}-2` })).toBeUndefined();
    const shared = parseJobs(
      jobsYml.replace(
        '  other: ',
        '  again: { target: state-machine, stateMachineArn: ' +
          `'${machine}', events: [{ type: manual }] }\n  other: `,
      ),
      '/jobs.yml',
    );
    const both = createStateChanges({
      engine: createEngine(world),
      ledger: world.ledger,
      targets: { 'state-machine': { ...world.target, report: () => byHand } },
      jobs: shared.jobs,
      toPlan: () => toPlan({ work }),
      now: world.now,
    });
    expect(await both({})).toBeUndefined();
  });
});
