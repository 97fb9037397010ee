import fc from 'fast-check';
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
          events: [
            {
              specversion: '1.0',
              id: '6f0e2b1c-9d3a-4c55-8a77-0c1d2e3f4a5b',
              source: 'arn:aws:lambda:eu-west-1:123456789012:function:media-trigger',
              type: 'signalbox.manual',
              time: '2026-11-20T10:00:00.000Z',
              datacontenttype: 'application/json',
              data: { input: { url: 'https://example.com', pages: [1, 2] } },
            },
          ],
        },
      ],
      claimed: { by: 'run' },
      isOrdered: false,
      payload,
    });
  });

  it.each([
    [{ key1: 'value1' }, 'the payload has "key1"'],
    [{ job: 'a', input: 1, more: 2 }, 'the payload has "job", "input", "more", expected exactly'],
    [{ 'job", "input': 1 }, 'the payload has "job\\", \\"input", expected exactly'],
    [{ job: 'a' }, 'the payload has "job", expected exactly'],
    [JSON.parse('{"__proto__":{"job":"a"},"input":1}'), 'the payload has "__proto__", "input"'],
    [{}, 'the payload has nothing in it'],
    [{ Records: [{ eventSource: 'aws:s3' }] }, 'the payload looks like an S3 event, expected exactly'],
    [[], 'the payload is a list'],
    [null, 'the payload is missing'],
    [{ job: 'Word Index', input: 1 }, '"job" is "Word Index", which is not a job\'s name'],
    [{ job: 7, input: 1 }, '"job" is a number, which is not a job\'s name'],
    [{ job: 'a', input: JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) }, 'nested too deeply'],
  ])('is refused when it is not exactly a job and its input: %.40j', (value, message) => {
    expect(() => manual.parse(value, invocation)).toThrow(EventParseError);
    expect(() => manual.parse(value, invocation)).toThrow(message);
  });

  it('takes any JSON for its input, and passes it on', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const json = JSON.stringify(value);
        const { records } = manual.parse({ job: 'word-index', input: JSON.parse(json) }, invocation);
        expect(records).toMatchObject([{ events: [{ data: { input: JSON.parse(json) } }] }]);
      }),
      { numRuns: 300 },
    );
  });

  it('is answered with the run', () => {
    const answer = manual.answer(manual.parse(payload, invocation), {
      dispatched: [{ job: 'word-index', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' }],
      unrecorded: [],
    });
    expect(answer).toEqual({ runId: 'k3j5h2', job: 'word-index', status: 'queued' });
  });

  it('is answered with links, once there is something to look at', () => {
    const links = { console: 'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/media/tasks/0a1b' };
    const run = {
      runId: 'k3j5h2',
      job: 'word-index',
      status: 'starting',
      outcome: 'accepted',
      links,
    } as const;
    expect(manual.answer(manual.parse(payload, invocation), { dispatched: [run], unrecorded: [] })).toEqual({
      runId: 'k3j5h2',
      job: 'word-index',
      status: 'starting',
      links,
    });
  });

  it('is answered by throwing when the run was not recorded', () => {
    const unrecorded = [{ job: 'word-index', records: [0], error: new LedgerError('the disk is full') }];
    const delivery = manual.parse(payload, invocation);
    expect(() => manual.answer(delivery, { dispatched: [], unrecorded })).toThrow(
      'manual: no run was recorded and no job was started: the disk is full',
    );
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
