import { beforeAll, describe, expect, it } from 'vitest';
import { isObject } from '../../shared/events/json.ts';
import { credentialHeaders, redactRecord } from '../../shared/events/redact.ts';
import { type SourceName, sourceNames } from '../../shared/events/trigger-event.ts';
import { sources } from '../../shared/sources/sources.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';
import { createBundles } from '../support/bundles.ts';
import { parseLogLines } from '../support/lambda-lines.ts';
import { bodyOf, converse, type Exchange, outcomeOf, type Transcript } from './transcript.ts';

const bundles = createBundles();

/** What each function did: it was sent every payload of its source, then all of them again. */
const transcripts = new Map<SourceName, Transcript>();
beforeAll(async () => {
  const all = sourceNames.map(async (source) => {
    const sent = namesOf(source).map((name) => ({
      name,
      payload: payloads[source][name],
      requestId: `request-${name}`,
    }));
    transcripts.set(source, await converse(bundles, source, everySource, [...sent, ...sent]));
  });
  await Promise.all(all);
});

/** Taken, but there is nothing in them that could start a job. */
const idle: readonly string[] = [
  'a health check',
  'the test event of a new notification',
  'the test event of an S3 notification',
  'a control message',
];

/** Of no schedule that is in jobs.yml. */
const strange: readonly string[] = ["a scheduled rule's event, as it is", "Scheduler's own event, as it is"];

const starting: Readonly<Record<SourceName, number>> = {
  'http-api-gateway': 7,
  'application-load-balancer': 5,
  sqs: 8,
  sns: 6,
  'event-bus': 5,
  schedule: 3,
  s3: 5,
  'kinesis-stream': 7,
  'dynamo-db-stream': 6,
  'cloudwatch-log': 3,
  manual: 4,
};

describe('an HTTP API', () => {
  it.each(namesOf('http-api-gateway'))('is answered 202 to %s', (name) => {
    const [first, again] = answersTo('http-api-gateway', name);
    const headers = { 'content-type': 'application/json' };
    const body = bodyOf(first);
    expect(JSON.parse(body)).toStrictEqual(runOf('http-api-gateway'));
    expect(first).toStrictEqual({ statusCode: 202, headers, body });
    const replayed = { ...headers, 'idempotency-replayed': 'true' };
    expect(again).toStrictEqual({ statusCode: 202, headers: replayed, body });
  });
});

describe('a load balancer', () => {
  const status = { statusCode: 202, statusDescription: '202 Accepted', isBase64Encoded: false };

  it.each(['a JSON body and an Idempotency-Key', 'single headers and an encoded query', 'a body of bytes'])(
    'is answered 202 to %s',
    (name) => {
      const [first, again] = answersTo('application-load-balancer', name);
      const headers = { 'content-type': 'application/json' };
      const body = bodyOf(first);
      expect(JSON.parse(body)).toStrictEqual(runOf('application-load-balancer'));
      expect(first).toStrictEqual({ ...status, headers, body });
      expect(again).toStrictEqual({
        ...status,
        headers: { ...headers, 'idempotency-replayed': 'true' },
        body,
      });
    },
  );

  it.each(['multi-value headers and query', 'a user who has signed in by OIDC'])(
    'is answered 202 with lists of headers to %s',
    (name) => {
      const [first, again] = answersTo('application-load-balancer', name);
      const multiValueHeaders = { 'content-type': ['application/json'] };
      const body = bodyOf(first);
      expect(JSON.parse(body)).toStrictEqual(runOf('application-load-balancer'));
      expect(first).toStrictEqual({ ...status, multiValueHeaders, body });
      const replayed = { ...multiValueHeaders, 'idempotency-replayed': ['true'] };
      expect(again).toStrictEqual({ ...status, multiValueHeaders: replayed, body });
    },
  );

  it('is told that the function is healthy', () => {
    const healthy = {
      statusCode: 200,
      statusDescription: '200 OK',
      isBase64Encoded: false,
      headers: { 'content-type': 'text/plain' },
      body: 'OK',
    };
    expect(answersTo('application-load-balancer', 'a health check')).toStrictEqual([healthy, healthy]);
  });
});

describe.each(['sqs', 'kinesis-stream', 'dynamo-db-stream'] as const)('the poller of %s', (source) => {
  it.each(namesOf(source))('is told that no record failed of %s', (name) => {
    const none = { batchItemFailures: [] };
    expect(answersTo(source, name)).toStrictEqual([none, none]);
  });
});

const queued = ['sns', 'event-bus', 'schedule', 's3', 'cloudwatch-log'] as const;

describe.each(queued)('the asynchronous invocation by %s', (source) => {
  it.each(namesOf(source).filter((name) => !strange.includes(name)))('gives the run of %s', (name) => {
    const [first, again] = answersTo(source, name);
    expect(first).toStrictEqual({ runs: idle.includes(name) ? [] : [runOf(source)] });
    expect(again).toStrictEqual(first);
  });
});

describe('the asynchronous invocation by a schedule that is not in jobs.yml', () => {
  it.each(strange)('fails: %s', (name) => {
    const error = { name: 'NoRuleError', message: 'no job has the schedule of this tick' };
    expect(answersTo('schedule', name)).toStrictEqual([error, error]);
  });
});

describe('who starts a run by hand', () => {
  it.each(namesOf('manual'))('is told of it, given %s', (name) => {
    const [first, again] = answersTo('manual', name);
    expect(first).toStrictEqual(runOf('manual'));
    expect(again).toStrictEqual(first);
  });
});

describe.each(sourceNames)('the function of %s', (source) => {
  it('has recorded one run for each payload, however often it came, with its event', () => {
    const { runs } = transcriptOf(source);
    const names = namesOf(source).filter((name) => ![...idle, ...strange].includes(name));
    expect(runs.map(({ event }) => toEssence(JSON.parse(event).records))).toEqual(
      names.map((name) => toEssence(toRecords(source, name))),
    );
    expect(runs).toHaveLength(starting[source]);
    for (const { run, event } of runs) {
      expect(run).toMatchObject({ job: `on-${source}`, source, status: 'queued', attempts: [] });
      expect(JSON.parse(event)).toMatchObject({ source, sourceArn: expect.stringMatching(/^arn:aws:/) });
    }
  });

  it('answers with nothing under way, in JSON that loses nothing', () => {
    for (const { name, answered } of transcriptOf(source).exchanges) {
      expect(answered.underWay, name).toEqual([]);
      if ('answer' in answered) expect(answered.isJson, name).toBe(true);
    }
  });

  it('writes one line for each invocation, with the run', () => {
    const { exchanges, lines } = transcriptOf(source);
    const parsed = parseLogLines(lines);
    expect(parsed.map(({ requestId }) => requestId)).toEqual(exchanges.map(({ requestId }) => requestId));
    for (const [position, line] of parsed.entries()) {
      const name = exchanges[position]?.name ?? '';
      expect(line, name).toMatchObject({ source, level: strange.includes(name) ? 'WARN' : 'INFO' });
      const outcome = position < parsed.length / 2 ? 'accepted' : 'duplicate';
      const runs = idle.includes(name) ? [] : [{ ...runOf(source), outcome }];
      if ('runs' in line) expect(line.runs, name).toStrictEqual(runs);
    }
  });

  it('writes no credential down, neither into its log nor into the ledger', () => {
    const { lines, runs } = transcriptOf(source);
    const written = [...lines, ...runs.map((each) => JSON.stringify(each))].join('\n');
    for (const credential of credentials) expect(written).not.toContain(credential);
  });
});

/** Of the fixtures: parts of tokens, a cookie, a key, a signature. */
const credentials = ['eyJhbGciOiJSUzI1NiJ9', 's3cr3t', 'k-123', 'eyJhbGciOiJFUzI1NiIs', 'c2lnbmF0dXJl'];

it('the credentials that are looked for came', () => {
  const sent = JSON.stringify(payloads);
  for (const credential of credentials) expect(sent).toContain(credential);
});

function runOf(source: SourceName) {
  return { runId: expect.stringMatching(/^[0-9a-z]{26}$/), job: `on-${source}`, status: 'queued' };
}

function namesOf(source: SourceName): readonly string[] {
  return Object.keys(payloads[source]);
}

function transcriptOf(source: SourceName): Transcript {
  const transcript = transcripts.get(source);
  if (transcript === undefined) throw new Error(`${source} was not tried`);
  return transcript;
}

/** The first and the second one. */
function answersTo(source: SourceName, name: string): readonly unknown[] {
  const own = transcriptOf(source).exchanges.filter((exchange: Exchange) => exchange.name === name);
  return own.map(outcomeOf);
}

/** As the source reads the payload here; a schedule's input is the rule's. */
function toRecords(source: SourceName, name: string): readonly unknown[] {
  const invocation = {
    requestId: `request-${name}`,
    functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:trigger',
  };
  const { records } = sources[source].parse(payloads[source][name], invocation);
  const events = records.flatMap((record) => ('events' in record ? record.events : []));
  return events.map((event) => ({
    ...redactRecord(event, credentialHeaders),
    ...(source === 'schedule' && { data: { ...event.data, input: { kind: 'nightly' } } }),
  }));
}

/** A run that is started by hand has the time when it was. */
function toEssence(records: readonly unknown[]) {
  return records.map((record) =>
    isObject(record) && record['type'] === 'signalbox.manual' ? { ...record, time: undefined } : record,
  );
}
