import { expect, it } from 'vitest';
import { endRun } from '../../shared/runs/transitions.ts';
import { start, toPlan, toRun } from '../support/draft.ts';

const onFailure = { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:123456789012:failures' } as const;
const cause = { class: 'exit-code', reason: 'exited with code 3' } as const;

function toldOf(hops: number | undefined, status: 'failed' | 'timed-out' | 'succeeded' = 'failed') {
  const run = toRun({ plan: toPlan({ onFailure }), ...(hops !== undefined && { hops }) });
  const ended = endRun(run, status, status === 'succeeded' ? undefined : cause, start);
  return ended.outbox.map((effect) => effect.kind === 'announce' && effect.to);
}

it.each([
  [undefined, ['bus', 'failure-destination']],
  [6, ['bus', 'failure-destination']],
  // Taken for a loop: its job's destination may be a queue that starts the job.
  [7, ['failure-destination']],
  [8, []],
  [400, []],
])('the failure of a run that %s announcements in a row led to is told to %j', (hops, audiences) => {
  expect(toldOf(hops)).toEqual(audiences);
  expect(toldOf(hops, 'timed-out')).toEqual(audiences);
});

it.each([
  [6, ['bus']],
  [7, []],
])('the success of a run that %s announcements in a row led to is told to %j', (hops, audiences) => {
  expect(toldOf(hops, 'succeeded')).toEqual(audiences);
});
