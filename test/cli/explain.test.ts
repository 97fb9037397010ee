import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';
import { runHere } from './here.ts';
import { createCommandLine, hasControlCharacters } from './signalbox.ts';

const line = {
  ...createCommandLine(),
  run: (folder: string, ...words: string[]) => runHere(folder, words),
};
afterAll(() => line.close());

const images = {
  target: 'process',
  local: { command: ['true'] },
  events: [
    {
      type: 'sqs',
      properties: { sqsQueueName: 'orders', filterPatterns: [{ body: { kind: ['image'] } }] },
    },
  ],
};
const orders = {
  ...images,
  events: [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }, { type: 'manual' }],
};

const message = {
  Records: [
    {
      messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
      receiptHandle: 'handle',
      body: '{"kind":"text"}',
      attributes: { SentTimestamp: '1795168800000' },
      messageAttributes: {},
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
      awsRegion: 'eu-west-1',
    },
  ],
};

function withFiles(folder: string, files: { readonly [name: string]: unknown }): string {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

describe('signalbox explain --json', () => {
  it('prints the source, the records, and what each rule made of them', async () => {
    const folder = withFiles(line.makeProject({ images, orders }), { 'a.json': message });
    const { code, stdout } = await line.run(folder, 'explain', '--event', 'a.json', '--json');
    expect(JSON.parse(stdout)).toEqual({
      file: 'a.json',
      source: 'sqs',
      records: [
        {
          specversion: '1.0',
          id: '059f36b4-87a3-44ab-83d2-661975830a7d',
          source: 'arn:aws:sqs:eu-west-1:123456789012:orders',
          type: 'aws.sqs.message',
          time: '2026-11-20T10:00:00.000Z',
          datacontenttype: 'application/json',
          data: {
            body: { kind: 'text' },
            attributes: { SentTimestamp: '1795168800000' },
            messageAttributes: {},
          },
        },
      ],
      rules: [
        {
          job: 'images',
          rule: expect.stringMatching(/^images-[0-9a-f]{8}$/),
          matched: false,
          why: 'body.kind is "text", expected "image"',
        },
        {
          job: 'orders',
          rule: expect.stringMatching(/^orders-[0-9a-f]{8}$/),
          matched: true,
          why: 'the queue is orders',
        },
        {
          job: 'orders',
          rule: expect.stringMatching(/^orders-[0-9a-f]{8}$/),
          matched: false,
          why: 'it takes manual, not sqs',
        },
      ],
    });
    expect(code).toBe(0);
  });

  it('prints a line for each of hundreds of files, in their order, and exits 3 when one was refused', async () => {
    const folder = line.makeFolder();
    mkdirSync(join(folder, 'events'));
    const good = Array.from({ length: 300 }, (_, number) => `events/${number}.json`);
    withFiles(folder, Object.fromEntries(good.map((name) => [name, message])));
    withFiles(folder, { 'other.json': { Records: [{ eventSource: 'aws:ses' }] } });
    const files = [...good.slice(0, 200), 'other.json', ...good.slice(200)];
    const { code, stdout } = await line.run(folder, 'explain', '--json', '--event', ...files);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(lines.map(({ file }) => file)).toEqual(files);
    expect(lines[0]).toMatchObject({ source: 'sqs', records: [{ type: 'aws.sqs.message' }], rules: [] });
    expect(lines[200]).toEqual({
      file: 'other.json',
      refused: expect.stringContaining('the payload looks like an SES event'),
    });
    expect(code).toBe(3);
  });

  it('refuses what is no JSON and what is not there, and goes on', async () => {
    const folder = withFiles(line.makeFolder(), { 'half.json': '{"Records":[', 'a.json': message });
    const { code, stdout, stderr } = await line.run(
      folder,
      ...['explain', '--json', '--event', 'half.json', 'none.json', 'a.json'],
    );
    const [half, none, whole] = stdout.trimEnd().split('\n');
    expect(JSON.parse(half ?? '')).toEqual({
      file: 'half.json',
      refused: expect.stringMatching(/^half.json is not JSON: ./),
    });
    expect(JSON.parse(none ?? '')).toEqual({
      file: 'none.json',
      refused: expect.stringMatching(/^none.json can't be read: ./),
    });
    expect(JSON.parse(whole ?? '')).toMatchObject({ file: 'a.json', source: 'sqs' });
    expect([code, stderr]).toEqual([3, '']);
  });

  it('names the records that can not be read, beside those that can', async () => {
    const [first] = message.Records;
    const bad = { ...first, messageId: 'bad-1', body: 7 };
    const folder = withFiles(line.makeFolder(), { 'a.json': { Records: [first, bad] } });
    const { code, stdout } = await line.run(folder, 'explain', '--json', '--event', 'a.json');
    expect(JSON.parse(stdout)).toMatchObject({
      records: [{ id: '059f36b4-87a3-44ab-83d2-661975830a7d' }],
      unreadable: [{ recordId: 'bad-1', error: 'body is a number, expected a text' }],
    });
    expect(code).toBe(0);
  });

  it('reads a payload from stdin', async () => {
    const folder = line.makeFolder();
    const { stdout } = await line.runWith(
      folder,
      JSON.stringify(message),
      ...['explain', '--json', '--event', '-'],
    );
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', source: 'sqs' });
  });
});

describe('signalbox explain', () => {
  it('shows a person what each job would get', async () => {
    const folder = withFiles(line.makeProject({ images, orders }), { 'a.json': message });
    const { code, stdout } = await line.run(folder, 'explain', '--event', 'a.json');
    expect(stdout).toMatch(/^a\.json: sqs, 1 record\n/);
    expect(stdout).toMatch(/ {2}not images \(images-[0-9a-f]{8}\): body.kind is "text", expected "image"\n/);
    expect(stdout).toMatch(/ {2}starts orders \(orders-[0-9a-f]{8}\): the queue is orders\n/);
    expect(stdout).toMatch(/ {2}run [0-9a-z]{26} of orders would get:\n {4}\{\n/);
    expect(stdout).toContain('"body": {\n');
    expect(code).toBe(0);
  });

  it('works without a jobs.yml', async () => {
    const folder = withFiles(line.makeFolder(), { 'a.json': message });
    const { code, stdout } = await line.run(folder, 'explain', '--event', 'a.json');
    expect(stdout).toContain('a.json: sqs, 1 record\n  no jobs.yml, so no rules\n');
    expect(code).toBe(0);
  });

  it('recognises every payload that a source sends, and all of them are taken by the job that is for them', async () => {
    const folder = line.makeFolder();
    const files = Object.entries(payloads).flatMap(([source, own]) =>
      Object.values(own).map((payload, number) => ({ name: `${source}-${number}.json`, source, payload })),
    );
    withFiles(folder, {
      'jobs.yml': everySource,
      ...Object.fromEntries(files.map(({ name, payload }) => [name, payload])),
    });
    const names = files.map(({ name }) => name);
    const { code, stdout } = await line.run(folder, 'explain', '--json', '--event', ...names);
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(found.map(({ source }) => source)).toEqual(files.map(({ source }) => source));
    expect(code).toBe(0);
  });

  it('shows no credentials, those that a job adds neither, and nothing that a terminal would act on', async () => {
    const request = {
      version: '2.0',
      routeKey: 'POST /orders',
      rawPath: '/orders',
      rawQueryString: '',
      headers: {
        authorization: 'Bearer s3cr3t',
        'x-tenant-secret': 's3cr3t',
        'user-agent': '\u001b[2Jmozilla',
      },
      requestContext: {
        accountId: '123456789012',
        apiId: 'shop',
        http: {
          method: 'POST',
          path: '/orders',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.7',
          userAgent: 'x',
        },
        requestId: 'request-1',
        routeKey: 'POST /orders',
        stage: '$default',
        timeEpoch: 1_795_168_800_000,
      },
      isBase64Encoded: false,
    };
    const job = {
      ...images,
      redact: ['X-Tenant-Secret'],
      forwardCredentials: true,
      events: [
        {
          type: 'http-api-gateway',
          properties: { httpApiGatewayName: 'shop', method: 'POST', path: '/orders' },
        },
      ],
    };
    const folder = withFiles(line.makeProject({ orders: job }), { 'a.json': request });
    for (const more of [[], ['--json']]) {
      const { code, stdout } = await line.run(folder, 'explain', '--event', 'a.json', ...more);
      expect(code).toBe(0);
      expect(stdout).toContain('[redacted]');
      expect(stdout).not.toContain('s3cr3t');
      expect(hasControlCharacters(stdout)).toBe(false);
    }
  });

  it('exits 2 for a mistake in jobs.yml, and prints where it is', async () => {
    const folder = withFiles(line.makeFolder(), {
      'jobs.yml': 'service: shop\njobs: 7\n',
      'a.json': message,
    });
    const { code, stdout, stderr } = await line.run(folder, 'explain', '--event', 'a.json');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('jobs.yml:2:');
  });

  it('exits 2 without an event', async () => {
    const { code, stderr } = await line.run(line.makeFolder(), 'explain');
    expect(code).toBe(2);
    expect(stderr).toContain("required option '--event <file...>' not specified");
  });
});
