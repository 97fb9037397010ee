import { describe, expect, it } from 'vitest';
import { toOrder, toVariables } from '../../shared/runs/order.ts';
import type { Run } from '../../shared/runs/run.ts';
import { runId, start } from '../support/draft.ts';
import { createRunningStory, createStory } from '../support/story.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function orderOf(run: Partial<Run>, event = '{"records":[{"id":"a"},{"id":"b"},{"id":"c"}]}') {
  const story = createStory({ retry: { attempts: 3 } }, run);
  story.dueNow();
  return toOrder(story.run(), story.attempt(), event);
}

describe('the order', () => {
  it('says everything that a target is told', () => {
    expect(orderOf({ traceparent, tracestate: 'acme=7' })).toEqual({
      token: `${runId}-1-1`,
      askedAt: start,
      runId,
      job: 'word-index',
      source: 'manual',
      attempt: 1,
      maximumAttempts: 3,
      deadline: '2026-11-20T10:02:00.000Z',
      timeoutSeconds: 60,
      startTimeoutSeconds: 60,
      stopTimeoutSeconds: 10,
      work: { target: 'process', command: ['true'], directory: '/', environment: {} },
      traceparent,
      tracestate: 'acme=7',
      event: '{"records":[{"id":"a"},{"id":"b"},{"id":"c"}]}',
    });
  });

  it('is byte for byte the same while its start is repeated, whatever else happens to the run', () => {
    const story = createStory();
    story.dueNow();
    const first = JSON.stringify(toOrder(story.run(), story.attempt(), '{}'));
    story.pass(20);
    story.unknown();
    story.due();
    expect(JSON.stringify(toOrder(story.run(), story.attempt(), '{}'))).toBe(first);
  });

  it('leaves out the records that belong to another run, from a trigger event and from a native payload', () => {
    const story = createStory({}, { status: 'collecting' });
    story.tell({ kind: 'accepted', lostRecords: [0, 2] });
    story.dueNow();
    const of = (event: string) => toOrder(story.run(), story.attempt(), event).event;
    expect(of('{"id":"e","records":[{"id":"a"},{"id":"b"},{"id":"c"}]}')).toBe(
      '{"id":"e","records":[{"id":"b"}]}',
    );
    expect(of('{"Records":[1,2,3]}')).toBe('{"Records":[2]}');
  });

  it('has no event when the event may only travel by claim check', () => {
    expect(orderOf({ payload: { uri: 'file:///x', sha256: '00', sizeBytes: 1 } }).event).toBeUndefined();
  });
});

describe('the environment of a job', () => {
  const order = orderOf({});
  const payload = { uri: 'file:///payloads/x.json', sha256: 'ab12', sizeBytes: 300_000 };

  it('holds the event when it travels inline', () => {
    expect(toVariables(order, { tier: 'inline', text: '{"id":"e"}' })).toEqual({
      STP_TRIGGER_EVENT_DATA: '{"id":"e"}',
      STP_CURRENT_ATTEMPT: '1',
      STP_MAXIMUM_ATTEMPTS: '3',
      STP_RUN_ID: runId,
      STP_JOB_NAME: 'word-index',
      STP_TRIGGER_SOURCE: 'manual',
      STP_DEADLINE: '2026-11-20T10:02:00.000Z',
    });
  });

  it('says where the event is when it travels by claim check, in a variable that is still valid JSON', () => {
    const variables = toVariables(order, { tier: 'claim-check', payload });
    expect(variables).toMatchObject({
      STP_TRIGGER_EVENT_URI: 'file:///payloads/x.json',
      STP_TRIGGER_EVENT_SHA256: 'ab12',
    });
    expect(JSON.parse(variables['STP_TRIGGER_EVENT_DATA'] ?? '')).toEqual({ claimCheck: payload });
  });

  it('leaves the event to the file when it travels in an environment file', () => {
    const names = Object.keys(toVariables(order, { tier: 'environment-file', payload }));
    expect(names.filter((name) => name.startsWith('STP_TRIGGER_EVENT'))).toEqual([]);
  });

  it('carries the trace context on, and only when there is one', () => {
    const inline = { tier: 'inline', text: '{}' } as const;
    expect(toVariables(orderOf({ traceparent }), inline)['TRACEPARENT']).toBe(traceparent);
    expect(toVariables(order, inline)).not.toHaveProperty('TRACEPARENT');
  });

  it('counts the second attempt as 2', () => {
    const story = createRunningStory({ retry: { attempts: 3 } });
    story.failed();
    story.due();
    const second = toOrder(story.run(), story.attempt(), '{}');
    expect(toVariables(second, { tier: 'inline', text: '{}' })).toMatchObject({
      STP_CURRENT_ATTEMPT: '2',
      STP_MAXIMUM_ATTEMPTS: '3',
    });
  });
});
