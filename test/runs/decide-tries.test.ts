import { describe, expect, it } from 'vitest';
import { runId, start } from '../support/draft.ts';
import { createRunningStory, createStory, exited, owed } from '../support/story.ts';

const running = { number: 1, externalId: 'job-1', startedAt: start } as const;
const failed = { ...running, endedAt: start + 1000, failure: exited(3) } as const;

describe('a try of a target that retries by itself', () => {
  it('is noted with the attempt, and changes nothing else', () => {
    const story = createRunningStory();
    story.reported({ state: 'tried', try: running });
    expect(story.attempt().tries).toEqual([running]);
    expect(story.run().status).toBe('running');
  });

  it('is completed by what is heard later, and not overwritten by what is older', () => {
    const story = createRunningStory();
    story.reported({ state: 'tried', try: running });
    story.reported({ state: 'tried', try: failed });
    story.reported({ state: 'tried', try: running });
    expect(story.attempt().tries).toEqual([failed]);
  });

  it('is kept in the order of their numbers, whatever order they come in', () => {
    const story = createRunningStory();
    const second = { number: 2, externalId: 'job-2', startedAt: start + 5000 };
    story.reported({ state: 'tried', try: second });
    story.reported({ state: 'tried', try: failed });
    expect(story.attempt().tries).toEqual([failed, second]);
  });

  it('is noted although the run has ended: both news are on their way at once', () => {
    const story = createRunningStory();
    const token = story.token();
    story.ended();
    story.reported({ state: 'tried', try: failed }, token);
    expect(story.run().status).toBe('succeeded');
    expect(story.attempt().tries).toEqual([failed]);
  });

  it('that lives beside another with its number has a look taken: one of them is a duplicate', () => {
    const story = createRunningStory();
    story.reported({ state: 'tried', try: running });
    story.reported({ state: 'tried', try: { ...running, externalId: 'job-2' } });
    expect(owed(story.run())).toContain('describe …-1-1 task-1');
  });

  it('that was stopped has a look taken: its execution may have ended before', () => {
    const story = createRunningStory();
    const failure = { class: 'stopped', reason: 'terminated' } as const;
    story.reported({ state: 'tried', try: { ...running, endedAt: start + 1000, failure } });
    expect(owed(story.run())).toContain('describe …-1-1 task-1');
  });

  it('that follows another one with its number, which was interrupted, is none', () => {
    const story = createRunningStory();
    story.reported({ state: 'tried', try: failed });
    story.reported({ state: 'tried', try: { ...running, externalId: 'job-2' } });
    expect(owed(story.run())).not.toContain('describe …-1-1 task-1');
  });

  it('of another run is nobody of ours', () => {
    const story = createRunningStory();
    const before = story.run();
    story.reported({ state: 'tried', try: failed }, `${runId}-9-1`);
    expect(story.run()).toBe(before);
  });
});

describe('a look that is asked for', () => {
  it('is owed for the live start, by its name', () => {
    const story = createRunningStory();
    story.tell({ kind: 'look-asked', token: story.token(), externalId: 'task-1' });
    expect(owed(story.run())).toContain('describe …-1-1 task-1');
  });

  it('is owed once, and not for anything else', () => {
    const story = createRunningStory();
    const look = { kind: 'look-asked', token: story.token(), externalId: 'task-1' } as const;
    const asked = story.tell(look);
    expect(story.tell(look)).toBe(asked);
    expect(story.tell({ ...look, token: `${runId}-2-1` })).toBe(asked);
  });
});

describe('a look that is asked for while another is under way', () => {
  it('is owed beside it: that one may have been too early', () => {
    const story = createRunningStory();
    const look = { kind: 'look-asked', token: story.token(), externalId: 'task-1' } as const;
    story.tell(look);
    const [, first] = story.run().outbox;
    story.pass(1);
    story.tell(look);
    story.tell({ kind: 'effect-done', key: first?.key ?? '' });
    expect(owed(story.run())).toContain('describe …-1-1 task-1');
  });
});

describe('a job that begins after its attempt has ended', () => {
  it('is stopped, by way of the execution that submitted it', () => {
    const story = createStory({ retry: { attempts: 1 } });
    story.dueNow();
    story.answer({ kind: 'started', externalId: 'execution-1', startedAt: start });
    const token = story.token();
    story.reported({ state: 'ended', endedAt: start, failure: exited(1) }, token, 'execution-1');
    expect(story.run().status).toBe('failed');
    story.reported({ state: 'tried', try: { number: 1, externalId: 'job-1' } }, token);
    expect(owed(story.run())).toContain('stop …-1-1 execution-1');
    expect(story.run().outbox.filter(({ kind }) => kind === 'stop')).toHaveLength(1);
  });

  it('is left alone once it has ended', () => {
    const story = createStory({ retry: { attempts: 1 } });
    story.dueNow();
    story.answer({ kind: 'started', externalId: 'execution-1', startedAt: start });
    const token = story.token();
    story.reported({ state: 'ended', endedAt: start, failure: exited(1) }, token, 'execution-1');
    const ended = { number: 1, externalId: 'job-1', endedAt: start, failure: exited(1) };
    story.reported({ state: 'tried', try: ended }, token);
    expect(owed(story.run()).filter((each) => each.startsWith('stop'))).toEqual([]);
  });
});

describe('an execution that nobody waits for', () => {
  const work = {
    target: 'state-machine',
    stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:sync',
    waitsForEnd: false,
  } as const;

  it.each([
    ['runs', { state: 'running', startedAt: start }],
    ['has failed', { state: 'ended', endedAt: start, failure: exited(1) }],
  ] as const)('makes its run succeed when it is seen first by its event: it %s', (_what, news) => {
    const story = createStory({ work, retry: { attempts: 3 } });
    story.dueNow();
    story.unknown();
    story.reported(news, story.token(), 'execution-1');
    expect(story.run()).toMatchObject({ status: 'succeeded', attempts: [{ number: 1 }] });
  });
});

describe('a start whose end nobody waits for', () => {
  it('makes the run succeed', () => {
    const story = createStory();
    story.dueNow();
    story.answer({ kind: 'started', externalId: 'execution-1', startedAt: start, endedAt: start });
    expect(story.run()).toMatchObject({ status: 'succeeded', endedAt: start });
    expect(story.attempt()).toMatchObject({ startedAt: start, endedAt: start });
  });
});
