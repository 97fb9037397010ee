import { describe, expect, it } from 'vitest';
import type { RunDraft } from '../../shared/router/draft.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { s3 } from '../../shared/sources/s3.ts';
import { schedule } from '../../shared/sources/schedule.ts';
import { type Delivery, EventParseError } from '../../shared/sources/source.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { invocation } from '../contract/source.ts';
import { queueArn, toQueueMessage } from '../support/aws-messages.ts';
import { start } from '../support/draft.ts';
import { deepFreeze } from '../support/freeze.ts';
import { dataOf, draftsOf, eventOf } from './drafts.ts';
import { type HttpRequest, toFormat1, toFormat2 } from './http-request.ts';
import { type Jobs, orderRoute, toJobsFile } from './world.ts';

const credentials = {
  authorization: 'Bearer s3cr3t-token',
  'x-api-key': 's3cr3t-key',
  'proxy-authorization': 's3cr3t-proxy',
};
const withCredentials = {
  headers: credentials,
  cookies: ['session=s3cr3t', 'theme=dark'],
  body: '{"sku":7}',
};

describe('a delivery', () => {
  it('becomes a run that waits to be collected, with its event and the plan of its job', () => {
    const [draft] = drafted(
      { events: [orderRoute] },
      { body: '{"sku":7}', headers: { 'idempotency-key': 'a' } },
    );
    expect(draft?.run).toMatchObject({
      id: expect.stringMatching(/^[0-9a-z]{26}$/),
      job: 'order',
      source: 'http-api-gateway',
      eventId: 'request-1',
      status: 'collecting',
      revision: 0,
      createdAt: start,
      plan: { work: { target: 'process', command: ['true'], directory: '/shop' }, timeoutSeconds: 3600 },
    });
    expect(draft?.claims).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{64}$/), seconds: 86_400 }]);
    expect(draft?.run.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(draft?.event ?? '')).toEqual({
      id: 'request-1',
      source: 'http-api-gateway',
      sourceArn: 'arn:aws:execute-api:eu-west-1:123456789012:shop',
      time: '2026-11-20T10:00:00.000Z',
      records: [
        {
          specversion: '1.0',
          id: 'request-1',
          source: 'arn:aws:execute-api:eu-west-1:123456789012:shop',
          type: 'aws.http.request',
          subject: 'POST /orders',
          time: '2026-11-20T10:00:00.000Z',
          datacontenttype: 'application/json',
          data: {
            method: 'POST',
            path: '/orders',
            headers: { 'content-type': 'application/json', 'idempotency-key': 'a' },
            query: { dry: 'run' },
            pathParameters: {},
            cookies: [],
            body: { sku: 7 },
            sourceIp: '192.0.2.7',
            auth: null,
          },
        },
      ],
    });
  });

  it('has the same run id after its rule was moved, changed or given a neighbour', () => {
    const another = { type: 'manual' };
    const changed = { ...orderRoute, properties: { ...orderRoute.properties, payloadFormat: '2.0' } };
    const ids = [[orderRoute], [another, orderRoute], [changed]].map(
      (events) => drafted({ events }, { requestId: 'request-9' })[0]?.run.id,
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('carries its trace context to the run', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const [draft] = drafted({ events: [orderRoute] }, { headers: { traceparent } });
    expect(draft?.run.traceparent).toBe(traceparent);
  });
});

describe('credentials', () => {
  it('are not in the event that the ledger gets', () => {
    const [draft] = drafted({ events: [orderRoute] }, withCredentials);
    expect(JSON.stringify(draft)).not.toContain('s3cr3t');
    expect(dataOf(draft)).toMatchObject({
      headers: {
        'content-type': 'application/json',
        authorization: '[redacted]',
        'x-api-key': '[redacted]',
        'proxy-authorization': '[redacted]',
      },
      cookies: ['[redacted]'],
      body: { sku: 7 },
    });
    expect(draft).not.toHaveProperty('secret');
  });

  it('are also what the job says they are, in any case', () => {
    const [draft] = drafted(
      { events: [orderRoute], redact: ['X-Tenant-Secret'] },
      { headers: { 'x-TENANT-secret': 's3cr3t', 'x-tenant': 'acme' } },
    );
    expect(JSON.stringify(draft)).not.toContain('s3cr3t');
    expect(dataOf(draft)).toMatchObject({ headers: { 'x-tenant-secret': '[redacted]', 'x-tenant': 'acme' } });
  });

  it.each([
    ['2.0', toFormat2],
    ['1.0', toFormat1],
  ])('are hidden in a native payload of format %s, which is otherwise as it came', (_format, toPayload) => {
    const payload = toPayload(withCredentials);
    const [draft] = toDraftsOf({ events: [orderRoute], eventFormat: 'native' }, deepFreeze(payload));
    const event = JSON.parse(draft?.event ?? '');
    expect(JSON.stringify(draft)).not.toContain('s3cr3t');
    expect(event.headers['authorization']).toBe('[redacted]');
    const hidden = ['headers', 'multiValueHeaders', 'cookies'];
    expect(without(event, hidden)).toEqual(without(payload, hidden));
  });

  it('leave a native payload without any deep-equal to what came', () => {
    for (const payload of [toFormat2({ body: '{"sku":7}' }), toFormat1({ body: '{"sku":7}' })]) {
      const [draft] = toDraftsOf({ events: [orderRoute], eventFormat: 'native' }, payload);
      expect(JSON.parse(draft?.event ?? '')).toEqual(payload);
    }
  });

  it('are kept apart for a job that asks for them', () => {
    const [draft] = drafted({ events: [orderRoute], forwardCredentials: true }, withCredentials);
    expect(draft?.event).not.toContain('s3cr3t');
    expect(JSON.parse(draft?.secret ?? '').records[0].data).toMatchObject({
      headers: credentials,
      cookies: ['session=s3cr3t', 'theme=dark'],
    });
  });

  it('are kept apart for a job that asks for the native payload with them', () => {
    const job = { events: [orderRoute], forwardCredentials: true, eventFormat: 'native' };
    const [draft] = drafted(job, withCredentials);
    expect(draft?.event).not.toContain('s3cr3t');
    expect(JSON.parse(draft?.secret ?? '')).toEqual(toFormat2(withCredentials));
  });

  it.each(['normalized', 'native'])(
    'are not looked for in messages, %s: what is in them is what their sender has to say',
    (eventFormat) => {
      const body = JSON.stringify(toFormat2(withCredentials));
      const record = toQueueMessage(body, { headers: { authorization: 's3cr3t of a sender' } });
      const events = [{ type: 'sqs', properties: { sqsQueueArn: queueArn } }];
      const job = { events, eventFormat, forwardCredentials: true, redact: ['x-tenant'] };
      const [draft] = draftsOf({ order: job }, sqs.parse({ Records: [record] }, invocation));
      const [given] = eventOf(draft)[eventFormat === 'native' ? 'Records' : 'records'];
      const text = eventFormat === 'native' ? given.body : JSON.stringify(given.data.body);
      expect(JSON.parse(text)).toEqual(toFormat2(withCredentials));
      expect(draft).not.toHaveProperty('secret');
    },
  );

  it('take no detour when a request has none', () => {
    const [draft] = drafted({ events: [orderRoute], forwardCredentials: true }, { body: '{"sku":7}' });
    expect(draft).not.toHaveProperty('secret');
  });
});

describe('a native payload', () => {
  it('that is nested too deeply to be written down is refused as the event that it is', () => {
    const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
    const payload = { ...toFormat2({ body: '{"sku":7}' }), stageVariables: deep };
    expect(() => toDraftsOf({ events: [orderRoute], eventFormat: 'native' }, payload)).toThrow(
      EventParseError,
    );
  });
});

describe("a schedule's rule", () => {
  it.each([
    ['nothing', {}, null],
    ['an input', { input: { kind: 'daily' } }, { kind: 'daily' }],
    ['an input of null', { input: null }, null],
    ['a path', { inputPath: '$.time' }, '2026-11-20T02:00:00.000Z'],
    ['a path that leads nowhere', { inputPath: '$.detail.nothing' }, null],
    [
      'a template of text',
      {
        inputTransformer: {
          inputPathsMap: { at: '$.time' },
          inputTemplate: '{"day": <at>, "note": "made at <at>"}',
        },
      },
      { day: '2026-11-20T02:00:00.000Z', note: 'made at 2026-11-20T02:00:00.000Z' },
    ],
    [
      'a template of JSON',
      { inputTransformer: { inputPathsMap: { at: '$.time' }, inputTemplate: { note: 'made at <at>' } } },
      { note: 'made at 2026-11-20T02:00:00.000Z' },
    ],
  ])('with %s says what the job gets', (_what, given, input) => {
    const events = [{ type: 'schedule', properties: { scheduleRate: 'cron(0 2 * * ? *)', ...given } }];
    const rule = toJobsFile({ report: { events } }).jobs[0]?.events[0]?.id;
    const tick = { signalbox: { rule, scheduledTime: '2026-11-20T02:00:00Z' } };
    const [draft] = draftsOf({ report: { events } }, schedule.parse(tick, invocation));
    expect(dataOf(draft)).toEqual({ scheduledTime: '2026-11-20T02:00:00.000Z', input });
  });
});

describe('a record that cannot be read', () => {
  const delivery = httpApiGateway.parse(toFormat2({ body: '{"sku":7}' }), invocation);
  const bad = { recordId: 'record-2', error: 'it is no JSON', bytes: 'eyJza3U' };

  it('becomes a failed run with its bytes and the reason; its neighbours run', () => {
    const drafts = draftsOf({ order: { events: [orderRoute] } }, with2nd(delivery));
    expect(drafts.map(({ run }) => run.status)).toEqual(['collecting', 'failed']);
    expect(JSON.parse(drafts[0]?.event ?? '').records).toHaveLength(1);
    const failed = drafts[1];
    expect(failed?.run).toMatchObject({
      eventId: 'record-2',
      cause: { class: 'bad-event', reason: 'it is no JSON' },
      endedAt: start,
      attempts: [],
    });
    expect(failed?.run.outbox).toMatchObject([{ kind: 'announce', announcement: { what: 'failed' } }]);
    expect(failed?.run.dueAt).toBeGreaterThan(start);
    expect(JSON.parse(failed?.event ?? '')).toEqual(bad);
    expect(failed?.claims).toEqual([]);
  });

  it('has what was found in it only with its event, as the reason goes to logs and buses', () => {
    const record = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: '2026-11-20T10:00:00.000Z',
      eventName: 'ObjectCreated:Put',
      responseElements: { 'x-amz-request-id': 'REQUEST1' },
      s3: { bucket: { name: 'uploads', arn: 'arn:aws:s3:::uploads' }, object: { key: 'token=s3cr3t-%E9' } },
    };
    const events = [
      { type: 's3', properties: { bucketArn: 'arn:aws:s3:::uploads', s3EventType: 's3:ObjectCreated:*' } },
    ];
    const [draft] = draftsOf({ order: { events } }, s3.parse({ Records: [record] }, invocation));
    expect(draft?.run.cause?.reason).toBe('s3.object.key is "…", expected UTF-8 in percent-encoding');
    expect(JSON.stringify(draft?.run)).not.toContain('s3cr3t');
    expect(JSON.parse(draft?.event ?? '')).toEqual({
      recordId: draft?.run.eventId,
      error: 's3.object.key is "token=s3cr3t-%E9", expected UTF-8 in percent-encoding',
      bytes: JSON.stringify(record),
    });
  });

  it('has an id of its own, and the same one each time', () => {
    const ids = [1, 2].map(() =>
      draftsOf({ order: { events: [orderRoute] } }, with2nd(delivery)).map(({ run }) => run.id),
    );
    expect(ids[0]).toEqual(ids[1]);
    expect(new Set(ids[0]).size).toBe(2);
  });

  it('is all there is when no record can be read', () => {
    const drafts = draftsOf({ order: { events: [orderRoute] } }, { ...delivery, records: [bad] });
    expect(drafts.map(({ run }) => run.status)).toEqual(['failed']);
  });

  function with2nd(whole: Delivery): Delivery {
    return { ...whole, records: [...whole.records, bad] };
  }
});

function drafted(job: Jobs[string], request: HttpRequest): readonly RunDraft[] {
  return toDraftsOf(job, toFormat2(request));
}

function toDraftsOf(job: Jobs[string], payload: unknown): readonly RunDraft[] {
  return draftsOf({ order: job }, httpApiGateway.parse(payload, invocation));
}

function without(value: object, names: readonly string[]) {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
