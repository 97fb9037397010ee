import { describe, expect, it } from 'vitest';
import { runId, start } from '../support/draft.ts';
import { createRunningStory, createStory, exited, owed, type Story } from '../support/story.ts';

const interrupted = { class: 'interrupted', reason: 'the Spot machine was taken back' } as const;

function startNext(story: Story): void {
  story.due();
  story.started(`task-${story.token()}`);
}

describe('a job that succeeds', () => {
  it('ends the run, without a cause', () => {
    const story = createRunningStory();
    story.pass(10);
    story.ended();
    expect(story.run()).toMatchObject({ status: 'succeeded', endedAt: start + 10_000 });
    expect(story.run().cause).toBeUndefined();
    expect(story.attempt().failure).toBeUndefined();
    expect(story.attempt().endedAt).toBe(start + 10_000);
  });
});

describe('a job that fails', () => {
  it('ends the run when that was its only attempt', () => {
    const story = createRunningStory({ retry: { attempts: 1 } });
    story.failed(3);
    expect(story.run()).toMatchObject({
      status: 'failed',
      cause: exited(3),
      attempts: [{ failure: exited(3) }],
    });
  });

  it('is tried again after 5, 10, 20 s with an interval of 5 and a multiplier of 2, and no more than its attempts', () => {
    const story = createRunningStory({ retry: { attempts: 4, intervalSeconds: 5, multiplier: 2 } });
    const waits: number[] = [];
    for (const attempt of [1, 2, 3]) {
      story.failed();
      expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: attempt + 1, start: 1 } });
      waits.push(((story.run().next?.at ?? 0) - story.now()) / 1000);
      startNext(story);
      expect(story.token()).toBe(`${runId}-${attempt + 1}-1`);
    }
    expect(waits).toEqual([5, 10, 20]);
    story.failed();
    expect(story.run().status).toBe('failed');
    expect(story.run().attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it('does not start again before its wait is over', () => {
    const story = createRunningStory({ retry: { attempts: 2, intervalSeconds: 5 } });
    story.failed();
    story.pass(4.999);
    story.dueNow();
    expect(story.run().status).toBe('waiting');
    expect(owed(story.run())).not.toContain('start …-2-1');
    story.pass(0.001);
    story.dueNow();
    expect(story.run().status).toBe('starting');
  });

  it('gives its next attempt a whole budget for starting', () => {
    const story = createRunningStory({ timeoutSeconds: 60, startTimeoutSeconds: 60, retry: { attempts: 2 } });
    story.pass(50);
    story.failed();
    story.due();
    expect(story.attempt().startBy).toBe(start + 110_000);
    expect(story.attempt().start.deadlineAt).toBe(start + 170_000);
  });

  it('is tried again only for what retryOn names', () => {
    const story = createRunningStory({ retry: { attempts: 3, retryOn: ['timed-out', { exitCodes: [75] }] } });
    story.failed(75);
    expect(story.run().status).toBe('waiting');
    startNext(story);
    story.failed(1);
    expect(story.run()).toMatchObject({ status: 'failed', cause: exited(1) });
    expect(story.run().attempts).toHaveLength(2);
  });

  it('is never tried again when the target rejects it, even after it was accepted', () => {
    const story = createRunningStory({ retry: { attempts: 3, retryOn: ['exit-code'] } });
    story.ended({ class: 'rejected', reason: 'no such image' });
    expect(story.run()).toMatchObject({ status: 'failed', cause: { class: 'rejected' } });
  });

  it('for want of capacity, after it was accepted, uses no attempt and starts again', () => {
    const story = createStory();
    story.dueNow();
    story.answer({ kind: 'started', externalId: 'task-1' });
    story.ended({ class: 'no-capacity', reason: 'none left' });
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 1, start: 2 } });
    startNext(story);
    story.ended();
    expect(story.run()).toMatchObject({ status: 'succeeded', attempts: [{ number: 1, refusals: 1 }] });
  });
});

describe('a job that is interrupted', () => {
  it('is started again three times without using its attempt up', () => {
    const story = createRunningStory({ retry: { attempts: 1 } });
    for (const next of [2, 3, 4]) {
      story.ended(interrupted);
      expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 1, start: next } });
      startNext(story);
      expect(story.run().status).toBe('running');
    }
    expect(story.run().attempts).toHaveLength(1);
    expect(story.token()).toBe(`${runId}-1-4`);
    story.ended();
    expect(story.run()).toMatchObject({ status: 'succeeded', attempts: [{ number: 1, interruptions: 3 }] });
  });

  it('fails its attempt the fourth time', () => {
    const story = createRunningStory({ retry: { attempts: 1 } });
    for (let times = 1; times <= 3; times++) {
      story.ended(interrupted);
      startNext(story);
    }
    story.ended(interrupted);
    expect(story.run()).toMatchObject({ status: 'failed', cause: interrupted });
  });

  it('has a budget of three in each attempt', () => {
    const story = createRunningStory({ retry: { attempts: 2, retryOn: ['interrupted'] } });
    for (let times = 1; times <= 3; times++) {
      story.ended(interrupted);
      startNext(story);
    }
    story.ended(interrupted);
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 2, start: 1 } });
    startNext(story);
    story.ended(interrupted);
    expect(story.run()).toMatchObject({ status: 'waiting', next: { attempt: 2, start: 2 } });
  });

  it('may start anew for as long as any start, counted from its interruption', () => {
    const story = createRunningStory({ timeoutSeconds: 600, startTimeoutSeconds: 60 });
    story.pass(500);
    story.ended(interrupted);
    story.due();
    expect(story.attempt().startBy).toBeGreaterThan(story.now() + 59_000);
    story.refused('no-capacity');
    expect(story.run().status).toBe('waiting');
    story.due();
    expect(story.run().status).toBe('starting');
  });

  it('may start anew for as long as any start, also when its turn comes late', () => {
    const story = createRunningStory({ startTimeoutSeconds: 60 });
    story.ended(interrupted);
    story.pass(600);
    story.dueNow();
    expect(story.attempt().startBy).toBe(start + 660_000);
    expect(story.attempt().start.deadlineAt).toBe(start + 720_000);
  });

  it('has its new start timed from when that runs, not from when the old one did', () => {
    const story = createRunningStory({ timeoutSeconds: 60 });
    story.pass(50);
    story.ended(interrupted);
    startNext(story);
    story.pass(50);
    story.dueNow();
    expect(story.run().status).toBe('running');
  });
});
