import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ReplayError, RequestIdError } from '../../shared/router/router.ts';
import type { Run } from '../../shared/runs/run.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { manual } from '../../shared/sources/manual.ts';
import { invocation } from '../contract/source.ts';
import { atEnd } from '../support/folder.ts';
import { toFormat2 } from './http-request.ts';
import { createRouterWorld, type Jobs, orderRoute } from './world.ts';

describe('credentials in an edited event', () => {
  const headers = { Authorization: 'Bearer s3cr3t', 'x-trace': 'trace-7', 'x-partner-token': 's3cr3t too' };
  const order = { events: [orderRoute, { type: 'manual' }], redact: ['X-Partner-Token'] };
  const hidden = { Authorization: '[redacted]', 'x-trace': 'trace-7', 'x-partner-token': '[redacted]' };
  const cookies = ['session=s3cr3t'];
  const request = httpApiGateway.parse(toFormat2({ body: '{"sku":7}' }), invocation);
  const shapes: readonly [string, object, object][] = [
    [
      'a record',
      { records: [{ type: 'aws.http.request', data: { headers, cookies, body: {} } }] },
      {
        records: [{ type: 'aws.http.request', data: { headers: hidden, cookies: ['[redacted]'], body: {} } }],
      },
    ],
    [
      'a record without a type',
      { records: [{ data: { headers } }] },
      { records: [{ data: { headers: hidden } }] },
    ],
    [
      'a native payload',
      { headers, multiValueHeaders: { Cookie: cookies }, cookies, body: '{}' },
      {
        headers: hidden,
        multiValueHeaders: { Cookie: ['[redacted]'] },
        cookies: ['[redacted]'],
        body: '{}',
      },
    ],
  ];

  /** A run of the job in a world of its own. */
  async function openWithRun(declared: Jobs, delivery = request) {
    const world = createRouterWorld(declared);
    atEnd(world.remove);
    const { dispatched } = await world.router.route(delivery);
    const replay = (requestId: string, event: object) =>
      world.router.replay(dispatched[0]?.runId ?? '', requestId, JSON.stringify(event));
    const eventOf = async ({ id }: Run) => JSON.parse((await world.ledger.loadEvent(id)) ?? '');
    return { ...world, replay, eventOf };
  }

  it.each(shapes)('are hidden as in a delivery: %s', async (_what, event, shown) => {
    const { replay, eventOf, folder } = await openWithRun({ order });
    const run = await replay('replay-1', event);
    expect(await eventOf(run)).toEqual(shown);
    expect(run).not.toHaveProperty('payload');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(shapes)(
    'reach a job that asks for them by claim check, and nothing else: %s',
    async (_what, event, shown) => {
      const { replay, eventOf } = await openWithRun({ order: { ...order, forwardCredentials: true } });
      const run = await replay('replay-1', event);
      expect(await eventOf(run)).toEqual(shown);
      expect(JSON.parse(readFileSync(fileURLToPath(run.payload?.uri ?? ''), 'utf8'))).toEqual(event);
    },
  );

  it('make another event of it: the same request id with others is refused, and with the same is the same run', async () => {
    const { replay, folder } = await openWithRun({ order: { ...order, forwardCredentials: true } });
    const toEvent = (authorization: string) => ({ headers: { authorization } });
    const run = await replay('replay-1', toEvent('Bearer s3cr3t'));
    expect((await replay('replay-1', toEvent('Bearer s3cr3t'))).id).toBe(run.id);
    await expect(replay('replay-1', toEvent('Bearer other'))).rejects.toThrow(RequestIdError);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('are hidden in a request that came by another way, and nothing else is', async () => {
    const { replay, eventOf } = await openWithRun(
      { order },
      manual.parse({ job: 'order', input: 1 }, invocation),
    );
    const input = { headers };
    const record = { type: 'aws.http.request', data: { headers } };
    const event = {
      headers,
      records: [record, { type: 'signalbox.manual', data: { input, headers } }, null],
    };
    expect(await eventOf(await replay('replay-1', event))).toEqual({
      ...event,
      records: [{ ...record, data: { headers: hidden } }, event.records[1], null],
    });
  });

  it('that were hidden before stay so, and nothing is kept apart', async () => {
    const { replay, eventOf } = await openWithRun({ order: { ...order, forwardCredentials: true } });
    const event = {
      records: [{ type: 'aws.http.request', data: { headers: hidden, cookies: ['[redacted]'] } }],
    };
    const run = await replay('replay-1', event);
    expect(run).not.toHaveProperty('payload');
    expect(await eventOf(run)).toEqual(event);
  });

  it.each(['{"headers":', `${'['.repeat(300)}${']'.repeat(300)}`])(
    'can not be looked for in what is no event: %.20s',
    async (text) => {
      const { router, runs } = await openWithRun({ order });
      const [run] = await runs();
      await expect(router.replay(run?.id ?? '', 'replay-1', text)).rejects.toThrow(
        new ReplayError('the event is no JSON, or is nested too deeply'),
      );
      expect(await runs()).toHaveLength(1);
    },
  );
});
