import { describe, expect, it } from 'vitest';
import { runId, start } from '../support/draft.ts';
import { createStory, keyOf, owed, type Story } from '../support/story.ts';

const hourMs = 3_600_000;
/** `start` is on the hour. */
const nextHour = start + hourMs;
const limited = { maxRunsPerHour: 2 };

function place(story: Story, hour: number | undefined, most = 2) {
  return story.tell({ kind: 'placed', hour, most });
}

describe('a run that has a place in this hour', () => {
  it('begins, and keeps it', () => {
    const story = createStory(limited);
    story.pass(60);
    place(story, start);
    const run = story.dueNow();
    expect(run).toMatchObject({ status: 'starting', place: start, attempts: [{ number: 1 }] });
    expect(run.held).toBeUndefined();
    expect(owed(run)).toEqual(['start …-1-1']);
  });

  it('has begun in no hour before, also when nobody saved it in its own', () => {
    const story = createStory(limited);
    story.pass(3 * 3600);
    place(story, start);
    expect(story.dueNow()).toMatchObject({ status: 'starting', place: start });
  });
});

describe('a run without a place', () => {
  it('does not begin, whoever says that it is due, and stays due', () => {
    const story = createStory(limited);
    const run = story.dueNow();
    expect(run).toMatchObject({ status: 'queued', attempts: [], dueAt: start });
  });

  it('begins when its job has no limit, or when it can not start in any case', () => {
    expect(createStory().dueNow().status).toBe('starting');
    const impossible = { ...limited, work: { target: 'none', reason: 'it has no local command' } } as const;
    expect(createStory(impossible).dueNow().status).toBe('starting');
  });

  it('fails when there is none in the coming days, and says so', () => {
    const story = createStory({
      ...limited,
      onFailure: { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:1:dead' },
    });
    const run = place(story, undefined);
    expect(run).toMatchObject({
      status: 'failed',
      attempts: [],
      endedAt: start,
      cause: {
        class: 'throttled',
        reason: expect.stringContaining('all 336 places of the next 7 days are taken'),
      },
    });
    expect(run.next).toBeUndefined();
    expect(owed(run)).toEqual(['announce failed', 'announce failed']);
    expect(place(story, start)).toBe(run);
  });
});

describe('a run that has a place in a later hour', () => {
  it('waits until then, with nothing asked of its target', () => {
    const story = createStory(limited);
    place(story, nextHour);
    const run = story.dueNow();
    expect(run).toMatchObject({
      status: 'waiting',
      place: nextHour,
      held: { until: nextHour, most: 2 },
      attempts: [],
      next: { attempt: 1, start: 1 },
    });
    expect(run.dueAt).toBe(start + 30_000);
    expect(owed(run)).toEqual(['announce held']);
  });

  it('waits, however soon it begins', () => {
    const story = createStory(limited);
    story.pass(3599);
    expect(place(story, nextHour)).toMatchObject({ status: 'waiting', held: { until: nextHour } });
  });

  it('has its turn within the first five minutes of its hour, so that many do not come at one moment', () => {
    const turns = Array.from({ length: 36 }, (_, index) => {
      const story = createStory(limited, { id: `${index.toString(36)}${runId.slice(1)}` });
      return (place(story, nextHour).next?.at ?? 0) - nextHour;
    });
    expect(turns.every((wait) => wait >= 0 && wait < 300_000)).toBe(true);
    expect(new Set(turns).size).toBeGreaterThan(30);
    expect(Math.max(...turns) - Math.min(...turns)).toBeGreaterThan(150_000);
  });

  it('begins then as any other, and is held no more', () => {
    const story = createStory(limited);
    place(story, nextHour);
    story.tell({ kind: 'effect-done', key: keyOf(story.run(), 'held') });
    story.due();
    expect(story.now()).toBeGreaterThanOrEqual(nextHour);
    expect(story.run()).toMatchObject({ status: 'starting', place: nextHour, attempts: [{ number: 1 }] });
    expect(story.run().held).toBeUndefined();
    expect(story.attempt().startBy).toBe(story.now() + 60_000);
  });

  it('does not begin by a wake-up that comes before', () => {
    const story = createStory(limited);
    place(story, nextHour);
    story.pass(3599);
    const before = story.run();
    story.dueNow();
    expect(story.run()).toMatchObject({ status: 'waiting', attempts: [], next: before.next });
  });

  it('keeps it when another was taken for it too: one that is later, or none', () => {
    const story = createStory(limited);
    const held = place(story, nextHour);
    expect(place(story, nextHour + hourMs)).toBe(held);
    expect(place(story, nextHour)).toBe(held);
    expect(place(story, undefined)).toBe(held);
  });

  it('changes it for an earlier one, which is not announced again', () => {
    const story = createStory(limited);
    place(story, nextHour + hourMs);
    story.tell({ kind: 'effect-done', key: keyOf(story.run(), 'held') });
    story.pass(1);
    const run = place(story, nextHour);
    expect(run).toMatchObject({ status: 'waiting', place: nextHour, held: { until: nextHour, most: 2 } });
    expect(run.next?.at).toBeLessThan(nextHour + 300_000);
    expect(owed(run)).toEqual([]);
  });

  it('begins at once when the earlier one is in this hour', () => {
    const story = createStory(limited);
    place(story, nextHour);
    const free = place(story, start);
    expect(free.held).toBeUndefined();
    expect(story.dueNow()).toMatchObject({ status: 'starting', place: start });
  });

  it('is cancelled at once, and has not begun', () => {
    const story = createStory(limited);
    place(story, nextHour);
    const run = story.cancel();
    expect(run).toMatchObject({ status: 'cancelled', attempts: [], endedAt: start });
    expect(run.held).toBeUndefined();
    expect(run.next).toBeUndefined();
  });
});

describe('a run that has begun takes no place', () => {
  it('while it starts', () => {
    const story = createStory();
    const starting = story.dueNow();
    expect(place(story, nextHour)).toBe(starting);
  });

  it('while it waits for its next attempt', () => {
    const story = createStory({ retry: { attempts: 2, intervalSeconds: 5 } });
    story.dueNow();
    story.started();
    const waiting = story.failed();
    story.pass(10);
    expect(place(story, nextHour)).toBe(waiting);
  });

  it('while a refused start waits to be repeated', () => {
    const story = createStory();
    story.dueNow();
    const waiting = story.refused('throttled');
    story.pass(60);
    expect(place(story, undefined)).toBe(waiting);
  });

  it('when it has ended', () => {
    const story = createStory();
    const cancelled = story.cancel();
    expect(place(story, nextHour)).toBe(cancelled);
  });
});

it('a run that is not accepted yet takes no place', () => {
  const story = createStory(limited, { status: 'collecting' });
  const collecting = story.run();
  expect(place(story, nextHour)).toBe(collecting);
});
