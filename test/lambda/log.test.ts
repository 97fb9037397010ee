import { describe, expect, it } from 'vitest';
import { createLambdaLog } from '../../shared/lambda/log.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import {
  type Delivery,
  type Dispatched,
  EventParseError,
  NoRuleError,
  type Unrecorded,
} from '../../shared/sources/source.ts';

const delivery: Delivery = {
  source: 'sqs',
  id: '4f1c',
  sourceArn: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  time: '2026-11-20T10:00:00.000Z',
  addressed: { source: 'sqs' },
  records: [
    { recordId: 'message-1', events: [] },
    { recordId: 'message-2', error: 's3cr3t', bytes: 's3cr3t' },
  ],
  claimed: { by: 'record' },
  isOrdered: false,
  payload: { Records: ['s3cr3t'] },
};

const about = {
  timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  requestId: 'request-1',
  source: 'sqs',
  sourceArn: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  eventId: '4f1c',
  records: 2,
};

function toDispatched(number: number): Dispatched {
  return { job: 'import', runId: `run-${number}`, status: 'queued', outcome: 'accepted', location: '/runs' };
}

describe('a delivery', () => {
  it('is one line, with its runs', () => {
    const dispatched = [toDispatched(1), { ...toDispatched(2), outcome: 'duplicate' } as const];
    expect(linesOf((log) => log.routed(delivery, { dispatched, unrecorded: [] }, 'request-1'))).toEqual([
      {
        ...about,
        level: 'INFO',
        message: '2 runs are in the ledger',
        runs: [
          { job: 'import', runId: 'run-1', status: 'queued', outcome: 'accepted' },
          { job: 'import', runId: 'run-2', status: 'queued', outcome: 'duplicate' },
        ],
      },
    ]);
  });

  it.each([
    [0, 'no job was started'],
    [1, 'a run is in the ledger'],
    [3, '3 runs are in the ledger'],
  ])('with %i runs is said to be so', (length, message) => {
    const dispatched = Array.from({ length }, (_, number) => toDispatched(number));
    const [line] = linesOf((log) => log.routed(delivery, { dispatched, unrecorded: [] }, 'request-1'));
    expect(line).toMatchObject({ level: 'INFO', message });
  });

  it('that could not be recorded is one line, with the jobs that missed records, and why', () => {
    const locked = new LedgerError('the ledger could not be read or written: database is locked');
    const unrecorded: readonly Unrecorded[] = [
      { job: 'import', records: [1, 2], error: locked },
      { job: 'import', records: [3], error: locked },
      { job: 'audit', records: [0], error: locked },
      { job: 'import', records: [4], error: new LedgerError('the disk is full') },
    ];
    const routed = { dispatched: [toDispatched(1)], unrecorded };
    const [line, ...others] = linesOf((log) => log.routed(delivery, routed, 'request-1'));
    const reason = 'the ledger could not be read or written: database is locked';
    expect(line).toEqual({
      ...about,
      level: 'ERROR',
      message: 'records could not be recorded and have to come again',
      runs: [{ job: 'import', runId: 'run-1', status: 'queued', outcome: 'accepted' }],
      unrecorded: [
        { job: 'import', records: [1, 2, 3], error: 'LedgerError', reason },
        { job: 'audit', records: [0], error: 'LedgerError', reason },
        { job: 'import', records: [4], error: 'LedgerError', reason: 'the disk is full' },
      ],
    });
    expect(others).toEqual([]);
  });

  it('of ten thousand runs is lines that CloudWatch Logs takes, with each run in one of them', () => {
    const dispatched = Array.from({ length: 10_000 }, (_, number) => ({
      ...toDispatched(number),
      job: 'a'.repeat(40),
      runId: String(number).padStart(26, '0'),
    }));
    const unrecorded = Array.from({ length: 10_000 }, (_, position) => ({
      job: 'b'.repeat(40),
      records: [position],
      error: new LedgerError('the disk is full'),
    }));
    const texts = textsOf((log) => log.routed(delivery, { dispatched, unrecorded }, 'request-1'));
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(256 * 1024);
    const lines = texts.map((text) => JSON.parse(text));
    expect(lines.map(({ level }) => level)).toEqual(['ERROR', ...Array(9).fill('INFO')]);
    expect(lines.flatMap(({ runs }) => runs.map(({ runId }: Dispatched) => runId))).toEqual(
      dispatched.map(({ runId }) => runId),
    );
  });

  it('does not show its payload, nor what is wrong with a record', () => {
    const routed = { dispatched: [toDispatched(1)], unrecorded: [] };
    expect(textsOf((log) => log.routed(delivery, routed, 'request-1')).join()).not.toContain('s3cr3t');
  });
});

describe('a payload that was not taken', () => {
  const refuse = (error: unknown) => linesOf((log) => log.refused('sqs', error, 'request-1'))[0];
  const line = {
    timestamp: about.timestamp,
    requestId: 'request-1',
    source: 'sqs',
    message: 'a payload was not taken',
  };

  it.each([
    [
      'the payload looks like an SNS event, expected Records of aws:sqs',
      'sqs: the payload looks like an SNS event, expected Records of aws:sqs',
    ],
    [
      'Records[0].messageId is "s3cr3t", expected the id of a message',
      'sqs: Records[0].messageId is "…", expected the id of a message',
    ],
    [
      'Records[0].eventSource is "s3\\"cr3t, expected s3cr3t", expected "aws:sqs"',
      'sqs: Records[0].eventSource is "…", expected "aws:sqs"',
    ],
    ['the payload has "s3cr3t", "a" and 3 more', 'sqs: the payload has "…", "…" and 3 more'],
    ['it is "s3cr3t\\\\", and "s3cr3t\n"', 'sqs: it is "…", and "…"'],
  ])('is a warning, without what was found: %s', (problem, reason) => {
    const error = new EventParseError('sqs', problem);
    expect(refuse(error)).toEqual({ ...line, level: 'WARN', error: 'EventParseError', reason });
  });

  it('as no job takes it is a warning, without where it was sent', () => {
    const reason = 'no rule of jobs.yml takes it';
    const error = new NoRuleError('no job has the route POST /s3cr3t');
    expect(refuse(error)).toEqual({ ...line, level: 'WARN', error: 'NoRuleError', reason });
  });

  it('as nothing could be recorded is an error', () => {
    const reason = 'database is locked';
    expect(refuse(new LedgerError(reason))).toEqual({
      ...line,
      level: 'ERROR',
      error: 'LedgerError',
      reason,
    });
  });

  it('for an error that nobody thought of is an error, with where it was thrown but not with its message', () => {
    expect(refuse(parseSecret())).toEqual({
      ...line,
      level: 'ERROR',
      error: 'SyntaxError',
      reason: 'an error that was not expected',
      stack: expect.stringMatching(/^at JSON\.parse .*\n\s+at parseSecret .*log\.test\.ts/),
    });
  });

  it('for whatever was thrown is an error', () => {
    const reason = 'an error that was not expected';
    expect(refuse('s3cr3t')).toEqual({ ...line, level: 'ERROR', error: 'string', reason, stack: '' });
    expect(refuse(undefined)).toEqual({ ...line, level: 'ERROR', error: 'undefined', reason, stack: '' });
  });
});

describe('a pass of the sweep', () => {
  const swept = {
    looked: 3,
    reminded: 1,
    told: 0,
    failed: 0,
    isComplete: true,
    waiting: 41,
    oldestWaitingSeconds: 130,
  };

  it('is one line, with what it came across', () => {
    expect(linesOf((log) => log.swept(swept, 'request-1'))).toEqual([
      {
        timestamp: about.timestamp,
        level: 'INFO',
        message: 'everything that was due is looked after',
        requestId: 'request-1',
        ...swept,
      },
    ]);
  });

  it.each([
    [{ isComplete: false }, 'not all that was due is looked after, or was counted; the next pass goes on'],
    [{ failed: 2 }, 'everything that was due is looked after, but for what failed'],
    [
      { isComplete: false, failed: 2 },
      'not all that was due is looked after, or was counted; the next pass goes on',
    ],
  ])('is a warning when it left something to the next one: %j', (change, message) => {
    const lines = linesOf((log) => log.swept({ ...swept, ...change }, 'request-1'));
    expect(lines).toMatchObject([{ level: 'WARN', message, ...change }]);
  });
});

it('a function that could not start is one line that says why', () => {
  const error = new RangeError('SIGNALBOX_JOBS is missing');
  expect(linesOf((log) => log.failed(error))).toEqual([
    {
      timestamp: about.timestamp,
      level: 'ERROR',
      message: 'the function could not start',
      error: 'RangeError',
      reason: 'SIGNALBOX_JOBS is missing',
    },
  ]);
});

/** V8 quotes the text, up to a few dozen characters of it. */
function parseSecret(): unknown {
  try {
    return JSON.parse('{"authorization": s3cr3t\n    at s3cr3t}');
  } catch (error) {
    expect(String(error)).toContain('s3cr3t');
    return error;
  }
}

type Log = ReturnType<typeof createLambdaLog>;

function textsOf(write: (log: Log) => void): readonly string[] {
  const texts: string[] = [];
  write(createLambdaLog((text) => texts.push(text)));
  return texts;
}

function linesOf(write: (log: Log) => void): readonly unknown[] {
  return textsOf(write).map((text) => JSON.parse(text));
}
