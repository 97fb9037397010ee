import { beforeAll, describe, expect, it } from 'vitest';
import { type SourceName, sourceNames } from '../../shared/events/trigger-event.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';
import { createBundles } from '../support/bundles.ts';
import { parseLogLines } from '../support/lambda-lines.ts';
import { bodyOf, converse, outcomeOf, type Transcript } from './transcript.ts';

/** A payload of each source, by what it looks like. */
const looks: readonly (readonly [name: string, source: SourceName])[] = [
  ['an event of an HTTP API', 'http-api-gateway'],
  ['an event of an Application Load Balancer', 'application-load-balancer'],
  ['an SQS event', 'sqs'],
  ['an SNS event', 'sns'],
  ['an event of EventBridge', 'event-bus'],
  ['a tick of a schedule', 'schedule'],
  ['an S3 event', 's3'],
  ['a Kinesis event', 'kinesis-stream'],
  ['a DynamoDB stream event', 'dynamo-db-stream'],
  ['a CloudWatch Logs event', 'cloudwatch-log'],
  ['a run that is started by hand', 'manual'],
];

/** Of no source of ours, by what they look like. */
const others: Readonly<Record<string, unknown>> = {
  'an Amazon MSK event': { eventSource: 'aws:kafka', records: {} },
  'an event of a REST API': {
    resource: '/orders',
    path: '/orders',
    httpMethod: 'POST',
    headers: { Authorization: 'Bearer s3cr3t' },
    requestContext: { resourcePath: '/orders', httpMethod: 'POST', stage: 'prod' },
    body: '{"card":"4111"}',
  },
};

/** Like nothing that is known. */
const unknown: readonly unknown[] = [null, {}, [], 'Bearer s3cr3t', 4111, { card: '4111', key: 's3cr3t' }];

const bundles = createBundles();

/** Every function, sent what is not for it. */
const transcripts = new Map<SourceName, Transcript>();
beforeAll(async () => {
  const all = sourceNames.map(async (source) => {
    const sent = [...toLookalikes(source), ...unknown.map((payload) => ({ name: '', payload }))];
    const numbered = sent.map((each, position) => ({ ...each, requestId: `request-${position}` }));
    transcripts.set(source, await converse(bundles, source, everySource, numbered));
  });
  await Promise.all(all);
});

const requests = ['http-api-gateway', 'application-load-balancer'] as const;

describe.each(requests)('the function of %s', (source) => {
  it('answers 400 to a payload that is not for it, with what it looks like', () => {
    const { exchanges } = transcriptOf(source);
    expect(exchanges).toHaveLength(10 + 2 + 6);
    for (const exchange of exchanges) {
      const answer = outcomeOf(exchange);
      const body = bodyOf(answer);
      expect(answer, exchange.name).toStrictEqual({
        statusCode: 400,
        headers: { 'content-type': 'application/problem+json' },
        body,
        ...(source === 'application-load-balancer' && {
          statusDescription: '400 Bad Request',
          isBase64Encoded: false,
        }),
      });
      expect(JSON.parse(body)).toStrictEqual({
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: expect.stringMatching(toSaying(exchange.name)),
      });
    }
  });
});

describe.each(sourceNames.filter((source) => !requests.some((each) => each === source)))(
  'the function of %s',
  (source) => {
    it('throws for a payload that is not for it, and says what it looks like', () => {
      const { exchanges } = transcriptOf(source);
      expect(exchanges).toHaveLength(10 + 2 + 6);
      for (const exchange of exchanges) {
        expect(outcomeOf(exchange), exchange.name).toEqual({
          name: 'EventParseError',
          message: expect.stringMatching(toSaying(exchange.name)),
        });
      }
    });
  },
);

describe.each(sourceNames)('the function of %s, given what is not for it,', (source) => {
  it('records nothing and has nothing under way', () => {
    const { exchanges, runs } = transcriptOf(source);
    expect(runs).toEqual([]);
    expect(exchanges.flatMap(({ answered }) => answered.underWay)).toEqual([]);
  });

  it('writes one warning for each, with none of what came', () => {
    const { exchanges, lines } = transcriptOf(source);
    for (const [position, line] of parseLogLines(lines).entries()) {
      expect(line).toMatchObject({ level: 'WARN', source, requestId: `request-${position}` });
    }
    expect(lines).toHaveLength(exchanges.length);
    expect(lines.join('\n')).not.toMatch(/s3cr3t|4111|card/);
  });
});

function toLookalikes(source: SourceName) {
  const foreign = looks.filter(([, from]) => from !== source);
  return [
    ...foreign.map(([name, from]) => ({ name, payload: Object.values(payloads[from])[0] })),
    ...Object.entries(others).map(([name, payload]) => ({ name, payload })),
  ];
}

function toSaying(name: string): RegExp {
  return name === ''
    ? /\b(the payload|awslogs) (is|has) /
    : new RegExp(`\\bthe payload looks like ${name}, expected `);
}

function transcriptOf(source: SourceName): Transcript {
  const transcript = transcripts.get(source);
  if (transcript === undefined) throw new Error(`${source} was not tried`);
  return transcript;
}
