import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LedgerError } from '../../shared/runs/ledger.ts';
import { manual } from '../../shared/sources/manual.ts';
import { EventParseError, NoRuleError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const payload = { job: 'word-index', input: { url: 'https://example.com', pages: [1, 2] } };

testSource(manual, {
  'a job and its input': payload,
  'an empty input': { job: 'word-index', input: null },
});

describe('a manual run', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 20, 10) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is one delivery of the invocation', () => {
    expect(manual.parse(payload, invocation)).toEqual({
      source: 'manual',
      id: '6f0e2b1c-9d3a-4c55-8a77-0c1d2e3f4a5b',
      sourceArn: 'arn:aws:lambda:eu-west-1:123456789012:function:media-trigger',
      time: '2026-11-20T10:00:00.000Z',
      addressed: { source: 'manual', job: 'word-index' },
      records: [
        {
          recordId: '6f0e2b1c-9d3a-4c55-8a77-0c1d2e3f4a5b',
          event: {
            specversion: '1.0',
            id: '6f0e2b1c-9d3a-4c55-8a77-0c1d2e3f4a5b',
            source: 'arn:aws:lambda:eu-west-1:123456789012:function:media-trigger',
            type: 'signalbox.manual',
            time: '2026-11-20T10:00:00.000Z',
            datacontenttype: 'application/json',
            data: { input: { url: 'https://example.com', pages: [1, 2] } },
          },
        },
      ],
      claims: [],
      payload,
    });
  });

  it.each([
    [{ key1: 'value1' }, 'the payload has "key1"'],
    [{ job: 'a', input: 1, more: 2 }, 'the payload has "input, job, more"'],
    [{ 'input, job': 1 }, 'the payload has "input, job"'],
    [{ job: 'a' }, 'the payload has "job"'],
    [{}, 'the payload is empty'],
    [[], 'the payload is no object'],
    [{ job: 'Word Index', input: 1 }, '"job" is "Word Index", which is not a job\'s name'],
    [{ job: 7, input: 1 }, '"job" is of type number'],
    [{ job: 'a', input: JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) }, 'nested too deeply'],
  ])('is refused when it is not exactly a job and its input: %.40j', (value, message) => {
    expect(() => manual.parse(value, invocation)).toThrow(EventParseError);
    expect(() => manual.parse(value, invocation)).toThrow(message);
  });

  it('is answered with the run', () => {
    const answer = manual.answer(manual.parse(payload, invocation), [
      { job: 'word-index', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' },
    ]);
    expect(answer).toEqual({ runId: 'k3j5h2', job: 'word-index', status: 'queued' });
  });

  it('is refused by throwing what the caller needs to know', () => {
    expect(() => manual.refuse(new LedgerError('the disk is full'), payload)).toThrow(
      'manual: no run was recorded and no job was started: the disk is full',
    );
    expect(() => manual.refuse(new NoRuleError('no job is named word-index'), payload)).toThrow(NoRuleError);
    expect(() => manual.refuse(undefined, payload)).toThrow('for an unknown reason');
    expect(() => manual.refuse(new EventParseError('manual', 'odd'), payload)).toThrow(EventParseError);
  });
});
