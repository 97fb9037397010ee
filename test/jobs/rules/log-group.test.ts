import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { cloudwatchLog } from '../../fixtures/payloads/cloudwatch-log.ts';
import { createRouting, type Rules } from './routing.ts';

const logGroupArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/acme/web';
const routing = (rules: Rules) => createRouting('cloudwatch-log', rules);
const filtered = (filter: string) => [{ logGroupArn, filter }];

type LogEvent = { readonly id?: string; readonly timestamp: number; readonly message: string };

/** Lines of `/acme/web`, as they come through the named subscription filters. */
const through = (subscriptionFilters: readonly (string | undefined)[], ...messages: readonly string[]) =>
  toPayload(
    subscriptionFilters,
    messages.map((message, position) => ({ id: `line-${position}`, timestamp: 1_795_168_800_000, message })),
  );

function toPayload(subscriptionFilters: readonly (string | undefined)[], logEvents: readonly LogEvent[]) {
  const batch = {
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup: '/acme/web',
    logStream: 'web/0',
    subscriptionFilters,
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
}

const lines = ['{"level":"ERROR","status":502}', 'ERROR giving up', '{"level":"INFO","status":200}', 'GET /'];

describe('lines of a log group', () => {
  it('start the jobs that name the group, with or without the :* of its ARN, and no other', () => {
    const { starts } = routing({
      alert: [{ logGroupArn }],
      count: [{ logGroupArn: `${logGroupArn}:*` }],
      other: [{ logGroupArn: `${logGroupArn}-2` }],
      'other-account': [{ logGroupArn: logGroupArn.replace('123456789012', '210987654321') }],
      'other-region': [{ logGroupArn: logGroupArn.replace('eu-west-1', 'eu-north-1') }],
    });
    expect(starts(through(['any'], ...lines))).toEqual({ alert: [0, 1, 2, 3], count: [0, 1, 2, 3] });
  });

  it('start them in whichever region the function runs, which the lines do not tell', () => {
    const inTheNorth = 'arn:aws:lambda:eu-north-1:123456789012:function:signalbox-cloudwatch-log';
    const { starts } = routing({
      alert: [{ logGroupArn: logGroupArn.replace('eu-west-1', 'eu-north-1') }],
      count: [{ logGroupArn }],
    });
    expect(starts(through(['any'], 'GET /'), inTheNorth)).toEqual({ alert: [0] });
  });

  it('start them outside of AWS too, where there is no region', () => {
    const { starts } = routing({
      alert: [{ logGroupArn }],
      other: [{ logGroupArn: logGroupArn.replace('123456789012', '210987654321') }],
    });
    const local = 'arn:aws:lambda:local:000000000000:function:cloudwatch-log';
    expect(starts(through(['any'], 'GET /'), local)).toEqual({ alert: [0] });
  });

  it('of a group that no rule names are refused, with what there is instead', () => {
    const { starts } = routing({ alert: [{ logGroupArn: `${logGroupArn}-2` }] });
    expect(() => starts(through(['any'], 'GET /'))).toThrow(
      new NoRuleError(
        `no rule takes it; of job alert: the log group is ${logGroupArn}, expected ${logGroupArn}-2`,
      ),
    );
  });

  it('are none in a control message: it starts nothing', () => {
    expect(routing({ alert: [{ logGroupArn }] }).starts(cloudwatchLog['a control message'])).toEqual({});
  });
});

describe('the filters of a log group', () => {
  it('give each of its jobs the lines that match its own, as text or as JSON', () => {
    const { starts, judged } = routing({
      error: filtered('ERROR'),
      broken: filtered('{ $.status >= 500 }'),
      get: filtered('%^GET%'),
      every: [{ logGroupArn }],
    });
    const payload = through(['somebody-elses'], ...lines);
    expect(starts(payload)).toEqual({ error: [0, 1], broken: [0], get: [3], every: [0, 1, 2, 3] });
    expect(judged(payload)).toEqual([
      `error takes: the log group is ${logGroupArn}, 2 of 4 records`,
      `broken takes: the log group is ${logGroupArn}, 1 of 4 records`,
      `get takes: the log group is ${logGroupArn}, 1 of 4 records`,
      `every takes: the log group is ${logGroupArn}`,
    ]);
  });

  it('look at a line as it was written, not as it was parsed', () => {
    const { starts } = routing({
      spaced: filtered('"level: ERROR"'),
      parsed: filtered('"level:ERROR"'),
    });
    expect(starts(through([], '{ "a": "level: ERROR" }'))).toEqual({ spaced: [0] });
    expect(starts(through([], '[ "level:ERROR" ]'))).toEqual({ parsed: [0] });
  });

  it('leave out lines that match none of them: they start nothing, and are no mistake', () => {
    const { starts, judged } = routing({ error: filtered('ERROR'), broken: filtered('{ $.status >= 500 }') });
    expect(starts(through(['any'], 'GET /', 'PUT /'))).toEqual({});
    expect(judged(through(['any'], 'GET /'))[0]).toBe('error leaves: has no "ERROR"');
  });

  it('let through what cannot be read: each job of the group hears of it', () => {
    const { starts } = routing({ error: filtered('ERROR'), broken: filtered('{ $.status >= 500 }') });
    const timestamp = 1_795_168_800_000;
    const payload = toPayload(
      ['any'],
      [
        { timestamp, message: 'GET /' },
        { id: 'line-1', timestamp, message: 'ERROR' },
      ],
    );
    expect(starts(payload)).toEqual({ error: [0, 1], broken: [0] });
  });
});

describe('a subscription filter that is named after a rule', () => {
  const rules = {
    error: filtered('ERROR'),
    broken: filtered('{ $.status >= 500 }'),
    every: [{ logGroupArn }],
  };

  it('starts the job of that rule, and no other, without a look at the lines', () => {
    const { starts, judged, ruleIds } = routing(rules);
    const [ofError, ofBroken, ofEvery] = ruleIds;
    expect(starts(through([ofError], ...lines))).toEqual({ error: [0, 1, 2, 3] });
    expect(starts(through([ofBroken], 'GET /'))).toEqual({ broken: [0] });
    expect(starts(through([ofEvery], 'GET /'))).toEqual({ every: [0] });
    expect(judged(through([ofError], 'GET /'))).toEqual([
      'error takes: they came through the filter of this rule',
      `broken elsewhere: they came through the filter of ${ofError}`,
      `every elsewhere: they came through the filter of ${ofError}`,
    ]);
  });

  it('starts the jobs of all rules that are named', () => {
    const { starts, ruleIds } = routing(rules);
    expect(starts(through([ruleIds[0], 'somebody-elses', ruleIds[2]], 'GET /'))).toEqual({
      error: [0],
      every: [0],
    });
  });

  it('that jobs.yml does not have any more leaves it to the filters', () => {
    expect(routing(rules).starts(through(['error-0a1b2c3d'], ...lines))).toEqual({
      error: [0, 1],
      broken: [0],
      every: [0, 1, 2, 3],
    });
  });

  it('of another log group starts nothing here', () => {
    const elsewhere = { logGroupArn: `${logGroupArn}-2` };
    const { starts, ruleIds } = routing({ error: [elsewhere], every: [{ logGroupArn }] });
    expect(() => starts(through([ruleIds[0]], 'GET /'))).toThrow(NoRuleError);
  });
});
