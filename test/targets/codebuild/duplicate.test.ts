import { describe, expect, it } from 'vitest';
import { decide } from '../../../shared/runs/decide.ts';
import type { Input } from '../../../shared/runs/input.ts';
import type { Run } from '../../../shared/runs/run.ts';
import type { Target } from '../../../shared/targets/target.ts';
import type { ServiceEvent } from '../../stand-in/core.ts';
import { toPlan, toRun } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createOrder, createWorld, inline, token, toWork } from './world.ts';

const work = toWork('waits');

/** A run that has just asked for its first start. */
function toStarting(now: number): Run {
  const run = toRun({ createdAt: now, updatedAt: now, plan: toPlan({ work, startTimeoutSeconds: 3600 }) });
  return decideAll(run, [{ kind: 'accepted', lostRecords: [] }, { kind: 'due' }], now);
}

function decideAll(run: Run, inputs: readonly Input[], now: number): Run {
  return inputs.reduce((decided, input) => decide(decided, input, now), run);
}

/** What the run is told by an event. */
function toInput(target: Target, event: ServiceEvent | undefined): Input {
  const change = target.report(event);
  if (change?.kind !== 'report') throw new Error('it is not a report');
  return { kind: 'reported', report: change.report };
}

function stopsOf(run: Run) {
  return run.outbox.flatMap((effect) => (effect.kind === 'stop' ? [effect] : []));
}

describe('a second build with the token of a run', () => {
  it('is stopped when its event arrives, and the first goes on', async () => {
    const { target, standIn, codeBuild, events } = await createWorld();
    const { now } = standIn.core;
    const answer = await target.start(createOrder(work, now()), inline);
    let run = decide(toStarting(now()), { kind: 'start-answered', token, answer }, now());
    await until('the first is told of', () => events.length === 1);
    run = decide(run, toInput(target, events[0]), now());

    const first = codeBuild.builds()[0]?.arn ?? '';
    const second = codeBuild.startAgain(first);
    await until('the second is told of', () => events.length === 2);
    run = decide(run, toInput(target, events[1]), now());
    expect(stopsOf(run)).toMatchObject([{ kind: 'stop', token, externalId: second }]);

    for (const { externalId = '' } of stopsOf(run)) await target.stop({ token, externalId, work });
    await until('the second has ended', () => codeBuild.builds()[1]?.status === 'STOPPED');
    expect(codeBuild.builds()[0]?.status).toBe('IN_PROGRESS');
    await until('the end of the second is told', () => events.length === 3);
    const after = decide(run, toInput(target, events[2]), now());
    expect(after.status).toBe(run.status);
    expect(after.attempts).toHaveLength(1);
    expect(after.attempts[0]?.start.externalId).toBe(first);
  });

  it('is the one that is stopped when both events come before the answer to the start', async () => {
    const { target, standIn, codeBuild, events } = await createWorld();
    const { now } = standIn.core;
    standIn.faults.next('StartBuild', { kind: 'act twice' });
    const answer = await target.start(createOrder(work, now()), inline);
    await until('both are told of', () => events.length === 2);
    let run = decideAll(toStarting(now()), [toInput(target, events[0]), toInput(target, events[1])], now());
    run = decide(run, { kind: 'start-answered', token, answer }, now());
    const [first, second] = codeBuild.builds().map(({ arn }) => arn);
    expect(answer).toEqual({ kind: 'started', externalId: second });
    expect(run.attempts[0]?.start.externalId).toBe(first);
    expect(stopsOf(run)).toMatchObject([{ externalId: second }]);
  });

  it('is stopped, too, when the run has ended: CodeBuild retried it, or a person did', async () => {
    const { target, standIn, codeBuild, events } = await createWorld();
    const { now } = standIn.core;
    const answer = await target.start(createOrder(toWork('succeeds'), now()), inline);
    let run = decide(toStarting(now()), { kind: 'start-answered', token, answer }, now());
    await until('it has ended', () => events.length === 2);
    run = decide(run, toInput(target, events[1]), now());
    expect(run.status).toBe('succeeded');
    const again = codeBuild.startAgain(codeBuild.builds()[0]?.arn ?? '');
    await until('it is told of', () => events.length > 2);
    const after = decide(run, toInput(target, events[2]), now());
    expect(after.status).toBe('succeeded');
    expect(stopsOf(after)).toMatchObject([{ externalId: again }]);
  });
});
