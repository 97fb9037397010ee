import { describe, expect, it } from 'vitest';
import type { Leg } from './row.ts';
import { describeTable, expectOneJobPerAttempt } from './rows.ts';
import { findProblems, runPart } from './table.ts';

/** In which a task is started. */
const starting: readonly Leg[] = ['dispatch', 'turn'];
/** The number of the call that starts it there. */
const lostStart = 4;

describe('a task on Fargate', () => {
  const target = 'fargate';

  describeTable(target, {
    dispatch: ['PutItem', 'PutItem', 'PutItem', 'RunTask', 'UpdateItem'],
    failure: ['GetItem', 'GetItem', 'UpdateItem', 'SendMessageBatch'],
    turn: ['GetItem', 'UpdateItem', 'GetItem', 'RunTask', 'UpdateItem'],
    end: ['GetItem', 'GetItem', 'UpdateItem'],
  });

  it.each(starting)('is found an hour later when ECS has forgotten the token: %s', (leg) =>
    expectOneJobPerAttempt(
      { target, leg, when: 'after', again: 'an hour later', variant: 'lapsed', onlyCall: lostStart },
      1,
    ),
  );

  it('is not started again while ECS does not show it yet', async () => {
    const part = { target, leg: 'dispatch', when: 'after', variant: 'hidden', onlyCall: lostStart } as const;
    for (const again of ['at once', 'never'] as const) await expectOneJobPerAttempt({ ...part, again }, 1);
  });

  it('is stopped when neither the token nor a look could keep a second from being started', async () => {
    const part = {
      target,
      leg: 'dispatch',
      when: 'after',
      again: 'an hour later',
      variant: 'blind',
    } as const;
    const outcomes = await runPart(part);
    expect(findProblems(outcomes)).toEqual([]);
    expect(outcomes.map(({ begun }) => begun)).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
      [2, 1],
      [1, 1],
    ]);
  });
});

describe('a build of CodeBuild', () => {
  const target = 'codebuild';

  // CodeBuild knows a token for five minutes: after an hour only the look keeps a second build from being started.
  describeTable(target, {
    dispatch: ['PutItem', 'PutItem', 'PutItem', 'StartBuild', 'UpdateItem'],
    failure: ['GetItem', 'UpdateItem', 'SendMessageBatch'],
    turn: ['GetItem', 'UpdateItem', 'GetItem', 'StartBuild', 'UpdateItem'],
    end: ['GetItem', 'UpdateItem'],
  });

  it('is not started again while CodeBuild does not list it yet', () =>
    expectOneJobPerAttempt(
      { target, leg: 'dispatch', when: 'after', again: 'at once', variant: 'hidden', onlyCall: lostStart },
      1,
    ));

  it('is stopped when neither the token nor a look could keep a second from being started', async () => {
    const how = { target, when: 'after', again: 'an hour later', variant: 'blind' } as const;
    const outcomes = await runPart({ ...how, leg: 'turn' });
    expect(findProblems(outcomes)).toEqual([]);
    expect(outcomes.map(({ begun }) => begun)).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 2],
      [1, 1],
    ]);
  });
});
