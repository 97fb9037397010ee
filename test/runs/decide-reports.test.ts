import { describe, expect, it } from 'vitest';
import { runId, start } from '../support/draft.ts';
import { createRunningStory, createStory, exited, keyOf, owed } from '../support/story.ts';

const running = { state: 'running', startedAt: start } as const;

describe('a report of something that the run does not know as its live one', () => {
  it('stops a second task with the live token: only one is to live', () => {
    const story = createRunningStory();
    story.reported(running, story.token(), 'task-2');
    expect(owed(story.run())).toEqual(['announce started', 'stop …-1-1 task-2']);
    expect(story.run().status).toBe('running');
    expect(story.attempt().start.externalId).toBe('task-1');
  });

  it('stops a second task that the answer to a repeated start names', () => {
    const story = createRunningStory();
    story.started('task-2');
    expect(owed(story.run())).toContain('stop …-1-1 task-2');
  });

  it('is not fooled by the end of the second task', () => {
    const story = createRunningStory();
    story.reported({ state: 'ended', endedAt: start, failure: exited(143) }, story.token(), 'task-2');
    expect(story.run().status).toBe('running');
  });

  it('stops a token that was never used', () => {
    const story = createRunningStory();
    story.reported(running, `${runId}-7-1`, 'task-7');
    expect(owed(story.run())).toContain('stop …-7-1 task-7');
  });

  it('stops a start that was refused and lives after all', () => {
    const story = createStory();
    story.dueNow();
    story.refused('throttled');
    story.due();
    story.reported(running, `${runId}-1-1`, 'task-1');
    expect(owed(story.run())).toEqual(['start …-1-2', 'stop …-1-1 task-1']);
  });

  it('stops a task that lives although its start was rejected, and the run stays failed', () => {
    const story = createStory({ startTimeoutSeconds: 600 });
    story.dueNow();
    story.unknown();
    story.pass(120);
    story.due();
    story.refused('rejected', 'access denied');
    story.reported(running, story.token(), 'task-1');
    expect(story.run().status).toBe('failed');
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
  });

  it('is left alone after a hundred stops in vain, when the run has ended', () => {
    const story = createRunningStory();
    const token = story.token();
    story.ended();
    story.reported(running, token, 'task-2');
    const key = `stop:${token}:task-2`;
    for (let asked = 0; asked < 99; asked++)
      story.stopAnswered({ kind: 'unknown', reason: 'no' }, token, key);
    expect(owed(story.run())).toContain('stop …-1-1 task-2');
    story.stopAnswered({ kind: 'unknown', reason: 'no' }, token, key);
    expect(owed(story.run())).not.toContain('stop …-1-1 task-2');
  });

  it('stops what a cancelled start brought to life after the run had ended', () => {
    const story = createStory();
    story.dueNow();
    story.cancel();
    story.stopAnswered({ kind: 'never-started' });
    story.started('task-1');
    expect(story.run().status).toBe('cancelled');
    expect(owed(story.run())).toContain('stop …-1-1 task-1');
  });

  it('stops it once, however often it is reported, until it was asked', () => {
    const story = createRunningStory();
    story.reported(running, story.token(), 'task-2');
    const before = story.run();
    expect(story.reported(running, story.token(), 'task-2')).toBe(before);
  });

  it('changes nothing when it has ended already', () => {
    const story = createRunningStory();
    const before = story.run();
    expect(story.reported({ state: 'ended', endedAt: start }, `${runId}-7-1`, 'task-7')).toBe(before);
    expect(story.absent(0, `${runId}-7-1`)).toBe(before);
  });
});

describe('a report that comes late', () => {
  it('of an attempt that was seen to end is old news', () => {
    const story = createRunningStory({ retry: { attempts: 2 } });
    const first = story.token();
    story.pass(5);
    story.failed();
    const waiting = story.run();
    expect(story.reported(running, first, 'task-1')).toBe(waiting);
    expect(story.reported({ state: 'pending' }, first, 'task-1')).toBe(waiting);
    story.due();
    const starting = story.run();
    expect(story.reported(running, first, 'task-1')).toBe(starting);
    expect(story.reported({ state: 'ended', endedAt: start }, first, 'task-1')).toBe(starting);
  });

  it('to a finished run changes nothing', () => {
    const story = createRunningStory();
    story.ended();
    const before = story.run();
    expect(story.reported(running, story.token(), 'task-1')).toBe(before);
    expect(story.failed()).toBe(before);
    expect(story.started('task-1')).toBe(before);
    expect(story.refused('rejected')).toBe(before);
    expect(story.unknown()).toBe(before);
  });

  it('twice changes nothing the second time', () => {
    const story = createRunningStory();
    const before = story.run();
    expect(story.reported(running, story.token(), 'task-1')).toBe(before);
    expect(story.reported({ state: 'pending' }, story.token(), 'task-1')).toBe(before);
  });

  it('of no trace changes nothing the second time', () => {
    const story = createRunningStory();
    story.absent();
    const before = story.run();
    expect(story.absent()).toBe(before);
  });

  it('that it never started does not end a job that was seen to run', () => {
    const story = createRunningStory();
    story.reported({ state: 'never-started', cause: { class: 'rejected', reason: 'no' } });
    expect(story.run().status).toBe('running');
  });
});

describe('announcements', () => {
  it('are owed for the start, each failure that is tried again, and the end, in that order', () => {
    const story = createRunningStory({ retry: { attempts: 2 } });
    expect(owed(story.run())).toEqual(['announce started']);
    story.failed();
    expect(owed(story.run())).toEqual(['announce started', 'announce retrying']);
    story.due();
    story.started('task-2');
    story.ended();
    const announced = story
      .run()
      .outbox.flatMap((effect) =>
        effect.kind === 'announce' ? [[effect.announcement.what, effect.announcement.attempt]] : [],
      );
    expect(announced).toEqual([
      ['started', 1],
      ['retrying', 1],
      ['started', 2],
      ['succeeded', 2],
    ]);
  });

  it('are owed until they are done, after the run has ended too', () => {
    const story = createRunningStory();
    story.failed();
    expect(story.run().dueAt).toBe(start + 30_000);
    story.tell({ kind: 'effect-done', key: keyOf(story.run(), 'started') });
    expect(owed(story.run())).toEqual(['announce failed']);
    story.tell({ kind: 'effect-failed', key: keyOf(story.run(), 'failed') });
    expect(owed(story.run())).toEqual(['announce failed']);
    expect(story.run().dueAt).toBe(start + 5000);
    story.tell({ kind: 'effect-done', key: keyOf(story.run(), 'failed') });
    expect(owed(story.run())).toEqual([]);
    expect(story.run().dueAt).toBeUndefined();
  });

  it('are not owed again for a job that was announced to run', () => {
    const story = createRunningStory();
    story.tell({ kind: 'effect-done', key: keyOf(story.run(), 'started') });
    story.reported(running, story.token(), 'task-1');
    expect(owed(story.run())).toEqual([]);
  });

  it('are none for a start that was refused', () => {
    const story = createStory();
    story.dueNow();
    story.refused('throttled');
    expect(owed(story.run())).toEqual([]);
  });
});

describe('an effect that is done or failed', () => {
  it('changes nothing when it was not owed', () => {
    const story = createRunningStory();
    const before = story.run();
    expect(story.tell({ kind: 'effect-done', key: 'describe:nothing' })).toBe(before);
    expect(story.tell({ kind: 'effect-failed', key: 'describe:nothing' })).toBe(before);
  });
});

describe('a run that is due', () => {
  it('too early changes nothing', () => {
    const story = createRunningStory();
    const before = story.run();
    story.pass(1);
    expect(story.dueNow()).toBe(before);
  });

  it('while it runs is looked at: its end may have gone unreported', () => {
    const story = createRunningStory({ timeoutSeconds: 3600 });
    story.tell({ kind: 'effect-done', key: keyOf(story.run(), 'started') });
    story.due();
    expect(story.now()).toBe(start + 60_000);
    expect(owed(story.run())).toEqual(['describe …-1-1 task-1']);
  });

  it('is looked at less often the longer it runs, from each minute to each quarter of an hour', () => {
    const story = createRunningStory({ timeoutSeconds: 86_400 });
    story.tell({ kind: 'effect-done', key: keyOf(story.run(), 'started') });
    const waits: number[] = [];
    while (story.now() < start + 43_200_000) {
      const before = story.now();
      story.due();
      waits.push((story.now() - before) / 1000);
      story.tell({ kind: 'effect-done', key: `describe:${story.token()}` });
    }
    expect(waits.slice(0, 3)).toEqual([60, 60, 60]);
    expect(waits.at(-1)).toBe(900);
    expect(waits.length).toBeLessThan(70);
  });
});
