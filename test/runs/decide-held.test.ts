import { describe, expect, it } from 'vitest';
import { runId, start } from '../support/draft.ts';
import { createStory, owed, type Story } from '../support/story.ts';

const hourMs = 3_600_000;
const until = start + hourMs;

function hold(story: Story, most = 2, end = until) {
  return story.tell({ kind: 'held', until: end, most });
}

describe('a run of a job of which as many have begun in this hour as may', () => {
  it('waits until the hour is over, with nothing asked of its target', () => {
    const story = createStory();
    const run = hold(story);
    expect(run).toMatchObject({ status: 'waiting', held: { until, most: 2 }, attempts: [] });
    expect(run.next).toMatchObject({ attempt: 1, start: 1 });
    expect(owed(run)).toEqual(['announce held']);
  });

  it('has its turn within the first minute of the next hour, so that many do not come at one moment', () => {
    const turns = Array.from({ length: 36 }, (_, index) => {
      const story = createStory({}, { id: `${index.toString(36)}${runId.slice(1)}` });
      return (hold(story).next?.at ?? 0) - until;
    });
    expect(turns.every((wait) => wait >= 0 && wait < 60_000)).toBe(true);
    expect(new Set(turns).size).toBeGreaterThan(30);
    expect(Math.max(...turns) - Math.min(...turns)).toBeGreaterThan(30_000);
  });

  it('is started then as any other, and is held no more', () => {
    const story = createStory();
    hold(story);
    story.tell({ kind: 'effect-done', key: 'announce:held:0' });
    story.due();
    expect(story.run()).toMatchObject({ status: 'starting', attempts: [{ number: 1 }] });
    expect(story.run().held).toBeUndefined();
    expect(story.attempt().startBy).toBe(story.now() + 60_000);
  });

  it('is not started by a wake-up that comes before', () => {
    const story = createStory();
    hold(story);
    story.pass(3599);
    const before = story.run();
    story.dueNow();
    expect(story.run()).toMatchObject({ status: 'waiting', attempts: [], next: before.next });
  });

  it('is held again when the next hour is full too, which is not announced again', () => {
    const story = createStory();
    hold(story);
    story.tell({ kind: 'effect-done', key: 'announce:held:0' });
    story.pass(3660);
    const run = hold(story, 2, until + hourMs);
    expect(run).toMatchObject({ status: 'waiting', held: { until: until + hourMs, most: 2 } });
    expect(owed(run)).toEqual([]);
  });

  it('stays as it is when it is held a second time by somebody slower', () => {
    const story = createStory();
    const held = hold(story);
    story.pass(1);
    expect(hold(story, 2, until + hourMs)).toBe(held);
  });

  it('is cancelled at once, and has not begun', () => {
    const story = createStory();
    hold(story);
    const run = story.cancel();
    expect(run).toMatchObject({ status: 'cancelled', attempts: [], endedAt: start });
    expect(run.held).toBeUndefined();
    expect(run.next).toBeUndefined();
  });
});

describe('a run that has begun', () => {
  it('is not held: neither while it starts', () => {
    const story = createStory();
    const starting = story.dueNow();
    expect(hold(story)).toBe(starting);
  });

  it('nor while it waits for its next attempt', () => {
    const story = createStory({ retry: { attempts: 2, intervalSeconds: 5 } });
    story.dueNow();
    story.started();
    const waiting = story.failed();
    story.pass(10);
    expect(hold(story)).toBe(waiting);
  });

  it('nor while a refused start waits to be repeated', () => {
    const story = createStory();
    story.dueNow();
    const waiting = story.refused('throttled');
    story.pass(60);
    expect(hold(story)).toBe(waiting);
  });

  it('nor when it has ended', () => {
    const story = createStory();
    const cancelled = story.cancel();
    expect(hold(story)).toBe(cancelled);
  });
});
