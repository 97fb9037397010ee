import { describe, expect, it } from 'vitest';
import { start } from '../support/draft.ts';
import { createRunningStory, createStory, exited, owed, type Story } from '../support/story.ts';

/** Looks at a running job, which the target reports as running each time, until its time is over. */
function runIntoTimeout(story: Story): void {
  while (story.run().status === 'running') story.due();
}

function toStarting(): Story {
  const story = createStory({ startTimeoutSeconds: 86_400 });
  story.dueNow();
  story.answer({ kind: 'started', externalId: 'task-1' });
  return story;
}

function toStopping(): Story {
  const story = createRunningStory({ timeoutSeconds: 86_400 });
  story.cancel();
  story.stopAnswered({ kind: 'asked' });
  return story;
}

function toStopAt(story: Story): number {
  return story.run().outbox.find(({ kind }) => kind === 'stop')?.notBefore ?? 0;
}

describe('a job that can not be looked at', () => {
  it.each([
    ['that runs', createRunningStory({ timeoutSeconds: 86_400 })],
    ['that is starting', toStarting()],
    ['that is stopping', toStopping()],
  ])('and %s is looked at more and more seldom', (_what, story) => {
    story.due();
    const waits: number[] = [];
    for (let looks = 0; looks < 10; looks++) {
      story.tell({ kind: 'effect-failed', key: `describe:${story.token()}` });
      story.stopAnswered({ kind: 'asked' });
      for (const { kind, key } of story.run().outbox)
        if (kind === 'announce') story.tell({ kind: 'effect-done', key });
      waits.push(((story.run().dueAt ?? 0) - story.now()) / 1000);
      story.due();
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
  });

  it('is looked at as ever once a look was answered', () => {
    const story = createRunningStory({ timeoutSeconds: 86_400 });
    for (let looks = 0; looks < 4; looks++) {
      story.due();
      story.tell({ kind: 'effect-failed', key: `describe:${story.token()}` });
    }
    story.due();
    story.tell({ kind: 'effect-done', key: `describe:${story.token()}` });
    story.due();
    story.tell({ kind: 'effect-failed', key: `describe:${story.token()}` });
    expect((story.run().dueAt ?? 0) - story.now()).toBe(5000);
  });

  it('is stopped when its time is over all the same', () => {
    const story = createRunningStory({ timeoutSeconds: 100 });
    while (story.run().status === 'running') {
      story.due();
      story.tell({ kind: 'effect-failed', key: `describe:${story.token()}` });
    }
    expect(story.now()).toBe(start + 100_000);
    expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'timeout' } });
  });
});

describe('a job that runs longer than its timeout', () => {
  it('is asked to stop then, by its token and its name at the target', () => {
    const story = createRunningStory({ timeoutSeconds: 60 });
    runIntoTimeout(story);
    expect(story.now()).toBe(start + 60_000);
    expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'timeout', asked: 1 } });
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
  });

  it('has timed out although the clock of the target is behind ours', () => {
    const story = createRunningStory({ timeoutSeconds: 60, retry: { attempts: 2 } });
    runIntoTimeout(story);
    const failure = { class: 'stopped', reason: 'aborted' } as const;
    story.reported({ state: 'ended', endedAt: story.now() - 5000, failure });
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 2 } });
    expect(story.attempt().failure?.class).toBe('timed-out');
  });

  it('is asked again and again when it can not be asked, more and more seldom', () => {
    const story = createRunningStory({ timeoutSeconds: 60 });
    runIntoTimeout(story);
    const waits: number[] = [];
    for (let asked = 0; asked < 10; asked++) {
      story.stopAnswered({ kind: 'unknown', reason: 'access denied' });
      waits.push((toStopAt(story) - story.now()) / 1000);
      // Whatever it is due for meanwhile, such as a look, which is answered.
      while (story.now() < toStopAt(story)) {
        story.due();
        story.tell({ kind: 'effect-done', key: `describe:${story.token()}` });
      }
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
  });

  it('is asked at once when its name at the target becomes known, however long it has failed', () => {
    const story = createStory({ startTimeoutSeconds: 60 });
    story.dueNow();
    story.cancel();
    story.stopAnswered({ kind: 'unknown', reason: 'no route' });
    story.reported({ state: 'pending' }, story.token(), 'task-1');
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
    expect(toStopAt(story)).toBe(story.now());
  });

  it('has timed out only when the target is seen to have ended it', () => {
    const story = createRunningStory({ timeoutSeconds: 60 });
    runIntoTimeout(story);
    story.stopAnswered({ kind: 'asked' });
    story.reported({ state: 'running', startedAt: start }, story.token(), 'task-1');
    expect(story.run().status).toBe('stopping');
    story.pass(4);
    story.ended({ class: 'exit-code', reason: 'killed by SIGTERM', exitCode: 143, signal: 'SIGTERM' });
    expect(story.run()).toMatchObject({
      status: 'timed-out',
      endedAt: start + 64_000,
      cause: {
        class: 'timed-out',
        reason: 'ran longer than its timeout of 60 s',
        exitCode: 143,
        signal: 'SIGTERM',
      },
    });
  });

  it('has its next attempt only then, when retryOn names timed-out', () => {
    const story = createRunningStory({ retry: { attempts: 2, intervalSeconds: 5, retryOn: ['timed-out'] } });
    runIntoTimeout(story);
    expect(story.run().next).toBeUndefined();
    story.ended(exited(143));
    expect(story.run()).toMatchObject({
      status: 'waiting',
      next: { attempt: 2, start: 1, at: start + 65_000 },
      attempts: [{ failure: { class: 'timed-out' } }],
    });
    expect(story.run().stopping).toBeUndefined();
  });

  it('ends the run when retryOn does not name timed-out', () => {
    const story = createRunningStory({ retry: { attempts: 2, retryOn: ['exit-code'] } });
    runIntoTimeout(story);
    story.ended(exited(143));
    expect(story.run()).toMatchObject({ status: 'timed-out', attempts: [{ number: 1 }] });
  });

  it('counts by its own exit when it ended before it was asked to stop', () => {
    const story = createRunningStory({ timeoutSeconds: 60 });
    runIntoTimeout(story);
    story.pass(1);
    story.reported({ state: 'ended', endedAt: start + 59_500 }, story.token(), 'task-1');
    expect(story.run()).toMatchObject({ status: 'succeeded', attempts: [{ endedAt: start + 59_500 }] });

    const failing = createRunningStory({
      timeoutSeconds: 60,
      retry: { attempts: 2, retryOn: ['exit-code'] },
    });
    runIntoTimeout(failing);
    failing.reported({ state: 'ended', endedAt: start + 59_500, failure: exited(3) });
    expect(failing.run()).toMatchObject({ status: 'waiting', attempts: [{ failure: exited(3) }] });
  });

  it('is asked again, and looked at, until it is seen to have ended', () => {
    const story = createRunningStory({ timeoutSeconds: 60, stopTimeoutSeconds: 10 });
    runIntoTimeout(story);
    story.stopAnswered({ kind: 'asked' });
    for (const asked of [2, 3, 4]) {
      const before = story.now();
      story.due();
      // The stopTimeout of 10 s, and 30 s for the news to arrive.
      expect(story.now() - before).toBeLessThanOrEqual(40_000);
      expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'timeout', asked } });
      expect(owed(story.run())).toEqual(
        expect.arrayContaining(['stop …-1-1 task-1', 'describe …-1-1 task-1']),
      );
      story.stopAnswered({ kind: 'asked' });
      story.tell({ kind: 'effect-done', key: `describe:${story.token()}` });
    }
  });

  it('is asked again a little later when it is not known whether the target heard', () => {
    const story = createRunningStory({ timeoutSeconds: 60 });
    runIntoTimeout(story);
    story.stopAnswered({ kind: 'unknown', reason: 'timed out' });
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
    expect(story.run().outbox.find(({ kind }) => kind === 'stop')?.notBefore).toBe(start + 65_000);
  });
});

describe('a run that is asked to be cancelled', () => {
  const cancelled = { class: 'stopped', reason: 'cancelled before it was started' };

  it.each(['collecting', 'queued'] as const)('while %s is cancelled at once', (status) => {
    const story = createStory({}, status === 'collecting' ? { status } : {});
    story.cancel();
    expect(story.run()).toMatchObject({ status: 'cancelled', cause: cancelled, endedAt: start });
    expect(owed(story.run())).toEqual(['announce cancelled']);
    story.tell({ kind: 'accepted', lostRecords: [] });
    story.due();
    expect(story.run()).toMatchObject({ status: 'cancelled', attempts: [] });
  });

  it('while waiting for its next attempt is cancelled at once', () => {
    const story = createRunningStory({ retry: { attempts: 2 } });
    story.failed();
    story.cancel();
    expect(story.run()).toMatchObject({ status: 'cancelled', attempts: [{ number: 1 }] });
    expect(story.run().next).toBeUndefined();
  });

  it('while its start is owed gives the start up, and ends when the target says that nothing started', () => {
    const story = createStory();
    story.dueNow();
    story.cancel();
    expect(story.run().status).toBe('stopping');
    expect(owed(story.run())).toEqual(['stop …-1-1']);
    story.stopAnswered({ kind: 'never-started' });
    expect(story.run()).toMatchObject({
      status: 'cancelled',
      cause: { class: 'stopped', reason: 'cancelled' },
    });
  });

  it('while its start is unanswered stops what was started, by the name that the answer brings', () => {
    const story = createStory();
    story.dueNow();
    story.cancel();
    story.stopAnswered({ kind: 'asked' });
    expect(owed(story.run())).toEqual([]);
    story.started('task-1');
    expect(story.run().status).toBe('stopping');
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
    story.ended(exited(143));
    expect(story.run().status).toBe('cancelled');
  });

  it('while its start is unanswered ends when that start turns out to be refused', () => {
    const story = createStory();
    story.dueNow();
    story.cancel();
    story.refused('no-capacity');
    expect(story.run().status).toBe('cancelled');
  });

  it('while its start is unknown is not cancelled by a throttled repetition, only by knowledge', () => {
    const story = createStory();
    story.dueNow();
    story.unknown();
    story.cancel();
    story.refused('throttled');
    expect(story.run().status).toBe('stopping');
    story.unknown();
    expect(story.run().status).toBe('stopping');
    expect(owed(story.run()).filter((effect) => effect.startsWith('start'))).toEqual([]);
  });

  it('while running is asked to stop, and is cancelled when it has ended, however it ends', () => {
    const story = createRunningStory({ retry: { attempts: 3 } });
    story.cancel();
    expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'cancel' } });
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
    story.pass(2);
    story.ended();
    expect(story.run()).toMatchObject({
      status: 'cancelled',
      cause: { class: 'stopped', reason: 'cancelled' },
      endedAt: start + 2000,
    });
  });

  it('while running has succeeded when the job had succeeded before', () => {
    const story = createRunningStory();
    story.pass(10);
    story.cancel();
    story.reported({ state: 'ended', endedAt: start + 9000 });
    expect(story.run().status).toBe('succeeded');
  });

  it('while running gets no further attempt when the job had failed before', () => {
    const story = createRunningStory({ retry: { attempts: 3 } });
    story.pass(10);
    story.cancel();
    story.reported({ state: 'ended', endedAt: start + 9000, failure: exited(1) });
    expect(story.run()).toMatchObject({ status: 'cancelled', attempts: [{ failure: exited(1) }] });
  });

  it('while being stopped for its timeout is cancelled instead, without a further attempt', () => {
    const story = createRunningStory({ retry: { attempts: 3, retryOn: ['timed-out'] } });
    runIntoTimeout(story);
    story.cancel();
    expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'cancel' } });
    story.ended(exited(143));
    expect(story.run()).toMatchObject({ status: 'cancelled', attempts: [{ number: 1 }] });
  });

  it('twice is the same as once', () => {
    const story = createRunningStory();
    story.cancel();
    const before = story.run();
    expect(story.cancel()).toBe(before);
  });

  it('after it ended is left as it is', () => {
    const story = createRunningStory();
    story.ended();
    const before = story.run();
    expect(story.cancel()).toBe(before);
  });
});

describe('a job that the target has no trace of', () => {
  it('is waited for: it may not be visible yet', () => {
    const story = createRunningStory({ timeoutSeconds: 3600 });
    story.absent();
    story.pass(599);
    story.absent();
    expect(story.run().status).toBe('running');
  });

  it('is lost after ten minutes, and stopped in case it lives after all', () => {
    const story = createRunningStory({ timeoutSeconds: 3600 });
    story.absent();
    story.pass(600);
    story.absent();
    expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'lost' } });
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
    story.stopAnswered({ kind: 'asked' });
    story.absent();
    expect(story.run()).toMatchObject({ status: 'failed', cause: { class: 'lost' } });
  });

  it('is lost only after ten minutes without a break', () => {
    const story = createRunningStory({ timeoutSeconds: 3600 });
    story.absent();
    story.pass(599);
    story.reported({ state: 'running', startedAt: start }, story.token(), 'task-1');
    story.pass(2);
    story.absent();
    expect(story.run().status).toBe('running');
  });

  it('is not lost by an old look that is told late, by a router that was held up', () => {
    const story = createRunningStory({ timeoutSeconds: 3600 });
    story.absent();
    story.pass(660);
    const before = story.run();
    expect(story.absent(61)).toBe(before);
    story.absent(60);
    expect(story.run()).toMatchObject({ status: 'stopping', stopping: { reason: 'lost' } });
  });

  it('is not lost by one look that is told twice', () => {
    const story = createRunningStory({ timeoutSeconds: 3600 });
    story.absent();
    story.pass(60);
    story.absent(60);
    expect(story.run().status).toBe('running');
  });

  it('is tried again when retryOn names lost', () => {
    const story = createRunningStory({ timeoutSeconds: 3600, retry: { attempts: 2, retryOn: ['lost'] } });
    story.absent();
    story.pass(600);
    story.absent();
    story.stopAnswered({ kind: 'never-started' });
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 2, start: 1 } });
  });

  it('is stopped when it turns up again after it was taken for lost: one attempt lives at a time', () => {
    const story = createRunningStory({ timeoutSeconds: 3600, retry: { attempts: 2, retryOn: ['lost'] } });
    story.absent();
    story.pass(600);
    story.absent();
    story.absent();
    story.due();
    const lost = story.run().attempts[0]?.start.token ?? '';
    expect(story.run()).toMatchObject({ status: 'starting', attempts: [{ number: 1 }, { number: 2 }] });
    story.reported({ state: 'running', startedAt: start }, lost, 'task-1');
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
    expect(story.run().status).toBe('starting');
  });

  it('whose start is still being repeated is not lost: the start will tell', () => {
    const story = createStory({ startTimeoutSeconds: 3600 });
    story.dueNow();
    story.unknown();
    story.absent();
    story.pass(601);
    story.absent();
    expect(story.run().status).toBe('starting');
    expect(owed(story.run())).toEqual(['start …-1-1']);
  });

  it('and is being stopped has ended after ten minutes', () => {
    const story = createRunningStory();
    story.cancel();
    story.absent();
    story.pass(600);
    story.absent();
    expect(story.run().status).toBe('cancelled');
  });
});
