import { describe, expect, it } from 'vitest';
import { runId, start } from '../support/draft.ts';
import { createStory, exited, owed } from '../support/story.ts';

describe('an accepted run', () => {
  it('is queued with the records it won, and is due at once', () => {
    const story = createStory({}, { status: 'collecting' });
    story.tell({ kind: 'accepted', lostRecords: [1] });
    expect(story.run()).toMatchObject({ status: 'queued', lostRecords: [1], dueAt: start, attempts: [] });
    expect(owed(story.run())).toEqual([]);
  });

  it('keeps the records that its original had lost already, when it is a replay', () => {
    const story = createStory({}, { status: 'collecting', lostRecords: [2] });
    story.tell({ kind: 'accepted', lostRecords: [] });
    expect(story.run().lostRecords).toEqual([2]);
  });

  it('is accepted once: told again, nothing changes', () => {
    const story = createStory();
    const before = story.run();
    expect(story.tell({ kind: 'accepted', lostRecords: [0] })).toBe(before);
  });

  it('owes a start once it has its turn, under a token made of its id, the attempt and the start', () => {
    const story = createStory();
    story.dueNow();
    expect(story.run()).toMatchObject({
      status: 'starting',
      attempts: [{ number: 1, start: { number: 1 } }],
    });
    expect(story.token()).toBe(`${runId}-1-1`);
    expect(owed(story.run())).toEqual(['start …-1-1']);
  });
});

describe('a start that is taken', () => {
  it('makes the run run when the target says that the job runs already', () => {
    const story = createStory();
    story.dueNow();
    story.started('task-1');
    expect(story.run()).toMatchObject({ status: 'running', attempts: [{ startedAt: start }] });
    expect(story.attempt().start.externalId).toBe('task-1');
    expect(owed(story.run())).toEqual(['announce started']);
  });

  it('goes on starting when it is only accepted, until the target reports that it runs', () => {
    const story = createStory();
    story.dueNow();
    story.answer({ kind: 'started', externalId: 'task-1' });
    expect(story.run().status).toBe('starting');
    expect(owed(story.run())).toEqual([]);
    story.pass(3);
    story.reported({ state: 'running', startedAt: start + 2000 }, story.token(), 'task-1');
    expect(story.run()).toMatchObject({ status: 'running', attempts: [{ startedAt: start + 2000 }] });
  });

  it('may be reported before its own answer is heard, and the answer then changes nothing', () => {
    const story = createStory();
    story.dueNow();
    story.reported({ state: 'running', startedAt: start }, story.token(), 'task-1');
    expect(owed(story.run())).toEqual(['announce started']);
    const before = story.run();
    expect(story.started('task-1')).toBe(before);
  });

  it('may be reported to have ended before its answer is heard', () => {
    const story = createStory();
    story.dueNow();
    story.ended();
    expect(story.run()).toMatchObject({ status: 'succeeded', endedAt: start });
    expect(owed(story.run())).toEqual(['announce succeeded']);
  });

  it('does not start in the future: a clock that is ahead counts as now', () => {
    const story = createStory();
    story.dueNow();
    story.started('task-1', start + 500_000);
    expect(story.attempt().startedAt).toBe(start);
  });
});

describe('a start that is refused', () => {
  it.each(['throttled', 'no-capacity', 'target-unavailable'] as const)(
    'because it was %s waits and starts again with a new token, in the same attempt',
    (failure) => {
      const story = createStory();
      story.dueNow();
      story.refused(failure, 'come back later');
      expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 1, start: 2 } });
      expect(story.attempt()).toMatchObject({
        refusals: 1,
        lastSetback: { class: failure, reason: 'come back later' },
      });
      expect(owed(story.run())).toEqual([]);
      story.due();
      expect(story.token()).toBe(`${runId}-1-2`);
      expect(story.run().attempts).toHaveLength(1);
      expect(owed(story.run())).toEqual(['start …-1-2']);
    },
  );

  it('waits about 1, 2, 4 s and so on', () => {
    const story = createStory();
    for (const seconds of [1, 2, 4, 8]) {
      const before = story.now();
      story.due();
      expect(story.now() - before).toBeLessThanOrEqual(seconds * 1000);
      story.refused('throttled');
      expect((story.run().dueAt ?? 0) - story.now()).toBeGreaterThanOrEqual(seconds * 500);
    }
  });

  it('as a bad request ends the run at once, with the reason', () => {
    const story = createStory({ retry: { attempts: 5 } });
    story.dueNow();
    story.refused('rejected', 'the cluster media is not there');
    const cause = { class: 'rejected', reason: 'the cluster media is not there' };
    expect(story.run()).toMatchObject({ status: 'failed', cause, attempts: [{ number: 1, failure: cause }] });
    expect(owed(story.run())).toEqual(['announce failed']);
  });

  it('is given up when startTimeout is over, with the reason of the last refusal', () => {
    const story = createStory({ startTimeoutSeconds: 60, retry: { attempts: 5 } });
    for (let looks = 0; looks < 100 && story.run().status !== 'failed'; looks++) {
      story.due();
      if (story.run().status === 'starting') story.refused('no-capacity', `full, look ${looks}`);
    }
    const { cause, attempts, status } = story.run();
    expect(status).toBe('failed');
    expect(cause?.class).toBe('no-capacity');
    expect(cause?.reason).toMatch(/^did not start within 60 s \(startTimeout\); last: full, look \d+$/);
    expect(attempts).toHaveLength(1);
    expect(story.now()).toBe(start + 60_000);
  });

  it('for good by a report is the same as by the answer', () => {
    const story = createStory();
    story.dueNow();
    story.answer({ kind: 'started', externalId: 'task-1' });
    story.reported({ state: 'never-started', cause: { class: 'no-capacity', reason: 'none left' } });
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 1, start: 2 } });
  });

  it('after it was seen alive does not count: the refusal is of a repeated call', () => {
    const story = createStory();
    story.dueNow();
    story.started('task-1');
    const before = story.run();
    expect(story.refused('rejected')).toBe(before);
    expect(story.refused('no-capacity')).toBe(before);
  });

  it('after it was reported as pending, without a name, does not count either', () => {
    const story = createStory();
    story.dueNow();
    story.reported({ state: 'pending' });
    story.refused('no-capacity');
    expect(story.run().status).toBe('starting');
    story.refused('throttled');
    expect(story.run().status).toBe('starting');
  });
});

describe('a start whose fate is unknown', () => {
  it('is repeated with the same token, a little later each time', () => {
    const story = createStory();
    story.dueNow();
    for (const [answers, seconds] of [
      [1, 1],
      [2, 2],
      [3, 4],
    ] as const) {
      story.unknown();
      expect(story.run().status).toBe('starting');
      expect(story.token()).toBe(`${runId}-1-1`);
      expect(story.attempt().start.unknownAnswers).toBe(answers);
      expect(owed(story.run())).toEqual(['start …-1-1']);
      const waitMs = (story.run().outbox[0]?.notBefore ?? 0) - story.now();
      expect(waitMs).toBeGreaterThanOrEqual(seconds * 500);
      expect(waitMs).toBeLessThanOrEqual(seconds * 1000);
      story.due();
    }
  });

  it.each(['throttled', 'target-unavailable'] as const)(
    'is repeated with the same token even when the target is %s meanwhile',
    (failure) => {
      const story = createStory();
      story.dueNow();
      story.unknown();
      story.due();
      story.refused(failure);
      expect(story.run().status).toBe('starting');
      expect(story.token()).toBe(`${runId}-1-1`);
      expect(owed(story.run())).toEqual(['start …-1-1']);
    },
  );

  it('is settled by a refusal once what was started would have been seen', () => {
    const story = createStory({ startTimeoutSeconds: 600 });
    story.dueNow();
    story.unknown();
    story.pass(119);
    story.due();
    story.refused('no-capacity');
    expect(story.run().status).toBe('starting');
    story.pass(1);
    story.due();
    story.refused('no-capacity');
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 1, start: 2 } });
  });

  it('is settled no sooner than that after the last call whose answer was lost: it may act late', () => {
    const story = createStory({ startTimeoutSeconds: 600 });
    story.dueNow();
    story.unknown();
    story.pass(150);
    story.due();
    story.unknown();
    story.pass(100);
    story.due();
    story.refused('no-capacity');
    expect(story.run().status).toBe('starting');
    story.pass(30);
    story.due();
    story.refused('no-capacity');
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 1, start: 2 } });
  });

  it('is settled no sooner than that after it was taken from somebody who gave no answer: he may be slow', () => {
    const story = createStory({ startTimeoutSeconds: 600 });
    story.dueNow();
    story.unknown();
    story.pass(150);
    story.due();
    story.pass(30);
    story.due();
    story.refused('throttled');
    story.pass(1);
    story.due();
    story.refused('no-capacity');
    expect(story.run().status).toBe('starting');
    story.pass(119);
    story.due();
    story.refused('no-capacity');
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 1, start: 2 } });
  });

  it('is settled just as soon when somebody looked in between, before it was to be asked for again', () => {
    const story = createStory({ startTimeoutSeconds: 3600 });
    story.dueNow();
    story.unknown();
    for (let tries = 0; story.run().status === 'starting' && tries < 20; tries++) {
      story.pass(0.001);
      story.dueNow();
      while ((story.run().outbox[0]?.notBefore ?? 0) > story.now()) story.due();
      story.refused('rejected', 'access denied');
    }
    expect(story.now() - start).toBeLessThan(240_000);
    expect(story.run()).toMatchObject({
      status: 'failed',
      cause: { class: 'rejected', reason: 'access denied' },
    });
  });

  it('is not settled by a refusal that comes before: it may be of the second call alone', () => {
    const story = createStory();
    story.dueNow();
    story.unknown();
    story.due();
    story.refused('rejected', 'access denied');
    expect(story.run().status).toBe('starting');
    expect(owed(story.run())).toEqual(['start …-1-1']);
  });

  it('is given up when startTimeout is over, but only once the target is known not to run it', () => {
    const story = createStory({ startTimeoutSeconds: 60 });
    story.dueNow();
    for (let looks = 0; looks < 100 && story.run().status === 'starting'; looks++) {
      story.unknown();
      story.due();
    }
    expect(story.now()).toBe(start + 60_000);
    expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'start-timeout' } });
    expect(owed(story.run())).toEqual(['stop …-1-1']);
    story.stopAnswered({ kind: 'never-started' });
    expect(story.run()).toMatchObject({
      status: 'failed',
      cause: { class: 'target-unavailable', reason: 'did not run within 60 s (startTimeout)' },
    });
  });

  it('is given up when it was taken but never runs', () => {
    const story = createStory({ startTimeoutSeconds: 60, retry: { attempts: 3 } });
    story.dueNow();
    story.answer({ kind: 'started', externalId: 'task-1' });
    for (let looks = 0; looks < 100 && story.run().status === 'starting'; looks++) {
      story.reported({ state: 'pending' }, story.token(), 'task-1');
      story.due();
    }
    expect(owed(story.run())).toEqual(['stop …-1-1 task-1']);
    story.stopAnswered({ kind: 'asked' });
    expect(story.run().status).toBe('stopping');
    story.reported({ state: 'ended', endedAt: story.now(), failure: exited(137) }, story.token(), 'task-1');
    expect(story.run()).toMatchObject({ status: 'failed', attempts: [{ number: 1 }] });
  });
});
