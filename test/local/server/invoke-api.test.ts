import {
  InvalidRequestContentException,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  RequestTooLargeException,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toFormat1, toFormat2 } from '../../router/http-request.ts';
import { http, outputOf, printEvent, shell, startTestDev, type TestDev } from '../dev.ts';

let dev: TestDev;
let lambda: LambdaClient;

beforeAll(async () => {
  dev = await startTestDev({
    jobs: {
      quick: shell('true'),
      order: shell(printEvent, { events: [http('POST', '/orders')] }),
      nightly: shell(printEvent, {
        events: [
          { type: 'schedule', properties: { scheduleRate: 'cron(0 2 1 1 ? *)', input: { kind: 'daily' } } },
        ],
      }),
    },
  });
  lambda = new LambdaClient({
    endpoint: dev.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  lambda.destroy();
  await dev.remove();
});

describe('an invocation by the AWS SDK', () => {
  const payload = JSON.stringify({ job: 'quick', input: { sku: 7 } });

  it('is answered with the run', async () => {
    const answer = await invoke({ FunctionName: 'manual', Payload: payload });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    const told = read(answer.Payload);
    expect(told).toEqual({ runId: expect.stringMatching(/^[0-9a-z]{26}$/), job: 'quick', status: 'queued' });
    expect(await dev.waitFor(told.runId, 'succeeded')).toMatchObject({
      job: 'quick',
      source: 'manual',
      eventId: answer.$metadata.requestId,
    });
  });

  it('that nobody waits for is answered with 202 when its run is in the ledger', async () => {
    const before = (await dev.list()).length;
    const answer = await invoke({ FunctionName: 'manual', InvocationType: 'Event', Payload: payload });
    expect(answer.StatusCode).toBe(202);
    expect(answer.Payload?.length ?? 0).toBe(0);
    expect(await dev.list()).toHaveLength(before + 1);
  });

  it('that is dry starts nothing', async () => {
    const before = (await dev.list()).length;
    const answer = await invoke({ FunctionName: 'manual', InvocationType: 'DryRun', Payload: payload });
    expect(answer.StatusCode).toBe(204);
    expect(await dev.list()).toHaveLength(before);
  });

  it.each([
    ['arn:aws:lambda:eu-west-1:123456789012:function:manual'],
    ['arn:aws:lambda:eu-west-1:123456789012:function:manual:live'],
    ['123456789012:function:manual'],
    ['manual:$LATEST'],
  ])('may name the function %s', async (FunctionName) => {
    const answer = await invoke({ FunctionName, Payload: payload, InvocationType: 'DryRun' });
    expect(answer.StatusCode).toBe(204);
  });

  it('may name a qualifier', async () => {
    const answer = await invoke({ FunctionName: 'manual', Qualifier: 'live', InvocationType: 'DryRun' });
    expect(answer.StatusCode).toBe(204);
  });

  it('of an unknown function is refused', async () => {
    const unknown = invoke({ FunctionName: 'sqz', Payload: payload });
    await expect(unknown).rejects.toThrow(ResourceNotFoundException);
    await expect(invoke({ FunctionName: 'sqz', Payload: payload })).rejects.toThrow(
      'Function not found: sqz. This router has http-api-gateway, application-load-balancer, sqs, sns, event-bus, schedule, s3, kinesis-stream, dynamo-db-stream, cloudwatch-log, manual.',
    );
  });

  it.each([['{"job":'], ['undefined'], [new Uint8Array([0x22, 0xff, 0x22])]])(
    'with what is no JSON is refused: %s',
    async (Payload) => {
      const refused = invoke({ FunctionName: 'manual', Payload });
      await expect(refused).rejects.toThrow(InvalidRequestContentException);
      await expect(invoke({ FunctionName: 'manual', Payload })).rejects.toThrow(
        'Could not parse request body',
      );
    },
  );

  it('without a payload is one with an empty object', async () => {
    const answer = await invoke({ FunctionName: 'manual' });
    expect(read(answer.Payload).errorMessage).toBe(
      'manual: the payload has nothing in it, expected exactly { "job": "<name>", "input": <any JSON> }',
    );
  });

  it('may be as big as Lambda takes it, and no bigger', async () => {
    const ofSize = (size: number) => `"${'a'.repeat(size - 2)}"`;
    const dry = (size: number) =>
      invoke({ FunctionName: 'manual', InvocationType: 'DryRun', Payload: ofSize(size) });
    expect((await dry(6_291_456)).StatusCode).toBe(204);
    await expect(dry(6_291_457)).rejects.toThrow(RequestTooLargeException);
    const event = (size: number) =>
      invoke({ FunctionName: 'manual', InvocationType: 'Event', Payload: ofSize(size) });
    expect((await event(1_048_576)).StatusCode).toBe(202);
    await expect(event(1_048_577)).rejects.toThrow(RequestTooLargeException);
  });

  it('of an unknown kind is refused', async () => {
    const headers = { 'x-amz-invocation-type': 'Sometimes' };
    const answer = await dev.post('/2015-03-31/functions/manual/invocations', payload, headers);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-amzn-errortype')).toBe('InvalidParameterValueException');
  });

  it.each([
    ['an unknown job', { job: 'quik', input: 1 }, 'no job is named quik; jobs.yml has quick, order, nightly'],
    ['a job that is not started by hand', { job: 'order', input: 1 }, 'job order is not started by hand'],
    [
      'too much',
      { job: 'quick', input: 1, more: 1 },
      'the payload has "job", "input", "more", expected exactly',
    ],
  ])('of %s fails with what is wrong, and is not taken', async (_what, value, message) => {
    const Payload = JSON.stringify(value);
    const answer = await invoke({ FunctionName: 'manual', Payload });
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(read(answer.Payload).errorMessage).toContain(message);
    // Lambda acknowledges an event before it looks at it; only the log has the reason.
    const event = await invoke({ FunctionName: 'manual', InvocationType: 'Event', Payload });
    expect(event.StatusCode).toBe(202);
    expect(dev.logged.join('')).toContain(JSON.stringify(message).slice(1, -1));
  });
});

describe('the schedule function', () => {
  const toTick = (scheduledTime: string) => {
    const rule = dev.file.jobs.find(({ name }) => name === 'nightly')?.events[0]?.id;
    return JSON.stringify({ signalbox: { rule, scheduledTime } });
  };

  it('starts the job of the rule with its input, once for each tick', async () => {
    const tick = toTick('2026-11-20T02:00:00Z');
    const first = read((await invoke({ FunctionName: 'schedule', Payload: tick })).Payload);
    expect(first.runs).toEqual([{ runId: expect.any(String), job: 'nightly', status: 'queued' }]);
    const { runId } = first.runs[0];
    const event = JSON.parse(await outputOf(dev, runId));
    expect(event).toMatchObject({ source: 'schedule', time: '2026-11-20T02:00:00.000Z' });
    expect(event.records).toMatchObject([
      {
        specversion: '1.0',
        type: 'aws.scheduler.tick',
        data: { scheduledTime: '2026-11-20T02:00:00.000Z', input: { kind: 'daily' } },
      },
    ]);

    const again = read((await invoke({ FunctionName: 'schedule', Payload: tick })).Payload);
    expect(again.runs).toEqual([{ runId, job: 'nightly', status: 'succeeded' }]);
    const next = toTick('2026-11-21T02:00:00Z');
    const other = read((await invoke({ FunctionName: 'schedule', Payload: next })).Payload);
    expect(other.runs[0].runId).not.toBe(runId);
  });

  it('fails for a rule that is not there, so that the tick is not lost unseen', async () => {
    const Payload = '{"signalbox":{"rule":"hourly-00000000","scheduledTime":"2026-11-20T02:00:00Z"}}';
    const answer = await invoke({ FunctionName: 'schedule', Payload });
    expect(answer.FunctionError).toBe('Unhandled');
    expect(read(answer.Payload)).toEqual({
      errorType: 'NoRuleError',
      errorMessage: 'no job has the schedule hourly-00000000',
    });
  });
});

describe('the http-api-gateway function', () => {
  it.each([
    ['1.0', toFormat1],
    ['2.0', toFormat2],
  ])('takes a payload of format %s and answers as API Gateway wants it', async (format, toPayload) => {
    const payload = toPayload({
      requestId: `request-${format}`,
      headers: { authorization: 'Bearer s3cr3t' },
      body: '{"sku":7}',
    });
    const answer = await invoke({ FunctionName: 'http-api-gateway', Payload: JSON.stringify(payload) });
    const told = read(answer.Payload);
    const { runId } = JSON.parse(told.body);
    expect(told).toEqual({
      statusCode: 202,
      headers: { 'content-type': 'application/json', location: `/runs/${runId}` },
      body: JSON.stringify({ runId, job: 'order', status: 'queued' }),
    });
    const event = JSON.parse(await outputOf(dev, runId));
    expect(event).toMatchObject({
      id: `request-${format}`,
      sourceArn: 'arn:aws:execute-api:local:123456789012:shop',
    });
    expect(event.records[0].data).toEqual({
      method: 'POST',
      path: '/orders',
      headers: { 'content-type': 'application/json', authorization: '[redacted]' },
      query: { dry: 'run' },
      pathParameters: {},
      cookies: [],
      body: { sku: 7 },
      sourceIp: '192.0.2.7',
      auth: null,
    });
  });

  it('answers 400 and 404 without a function error', async () => {
    const statusOf = async (value: unknown) =>
      read((await invoke({ FunctionName: 'http-api-gateway', Payload: JSON.stringify(value) })).Payload)
        .statusCode;
    expect(await statusOf({ key1: 'value1' })).toBe(400);
    expect(await statusOf(toFormat2({ path: '/nothing', routeKey: 'POST /nothing' }))).toBe(404);
  });
});

function invoke(input: InvokeCommandInput) {
  return lambda.send(new InvokeCommand(input));
}

function read(payload: Uint8Array | undefined) {
  return JSON.parse(new TextDecoder().decode(payload));
}
