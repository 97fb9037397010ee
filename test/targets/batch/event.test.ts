import { describe, expect, it } from 'vitest';
import { fit as toTier } from '../../../shared/runs/fit.ts';
import type { Order } from '../../../shared/runs/order.ts';
import type { BatchWork } from '../../../shared/runs/plan.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createBatchWorld, type World } from './world.ts';

/** Writes its environment, as JSON. */
const tells = {
  command: [process.execPath, '-e', 'process.stdout.write(JSON.stringify(process.env))'],
  environment: { COLOUR: 'blue' },
} as const;

/** Fillings that take a different number of characters in the request than in the event. */
const fillings = {
  letters: 'a',
  quotes: '"',
  backslashes: '\\',
  'control characters': '\u0001',
  'line separators': '\u2028',
  'astral characters': '😀',
  'lone surrogates': '\ud800',
} as const;

describe('the event of a batch job', () => {
  it.each(Object.entries(fillings))('arrives byte for byte: %s', async (_, filling) => {
    const world = await createBatchWorld({ definition: tells });
    const text = JSON.stringify({ id: 'event-1', note: filling.repeat(40) });
    const environment = await startAndRead(world, world.toOrder({ event: text }), text);
    expect(environment['STP_TRIGGER_EVENT_DATA']).toBe(text);
  });

  it('comes with all other variables, and none that do not apply', async () => {
    const world = await createBatchWorld({ definition: tells, retry: { attempts: 3 } });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { PATH: _, ...environment } = await startAndRead(world, world.toOrder({ traceparent }), '{}');
    expect(environment).toEqual({
      STP_TRIGGER_EVENT_DATA: '{}',
      STP_CURRENT_ATTEMPT: '1',
      STP_MAXIMUM_ATTEMPTS: '3',
      STP_RUN_ID: runId,
      STP_JOB_NAME: 'report',
      STP_TRIGGER_SOURCE: 'sqs',
      STP_DEADLINE: '2026-11-27T10:00:00.000Z',
      TRACEPARENT: traceparent,
      COLOUR: 'blue',
      MANAGED_BY_AWS: 'STARTED_BY_STEP_FUNCTIONS',
      AWS_BATCH_JOB_ID: world.batch.jobs()[0]?.id,
      AWS_BATCH_JOB_ATTEMPT: '1',
      AWS_BATCH_JQ_NAME: 'reports',
      AWS_BATCH_CE_NAME: 'stand-in',
    });
  });

  it('travels by claim check as variables that say where it lies', async () => {
    const world = await createBatchWorld({ definition: tells });
    const payload = { uri: `s3://payloads/${runId}.json`, sha256: 'ab'.repeat(32), sizeBytes: 70_000 };
    await world.target.start(world.toOrder(), { tier: 'claim-check', payload });
    const environment = await read(world);
    expect(JSON.parse(environment['STP_TRIGGER_EVENT_DATA'] ?? '')).toEqual({ claimCheck: payload });
    expect(environment).toMatchObject({
      STP_TRIGGER_EVENT_URI: payload.uri,
      STP_TRIGGER_EVENT_SHA256: payload.sha256,
    });
  });

  it.each(Object.entries(fillings))('fits up to the limit of ECS, and not beyond: %s', async (_, filling) => {
    // Attempt 1 of 1 on a definition without variables: the request is as long as it was measured.
    const world = await createBatchWorld({
      definition: { command: tells.command },
    });
    const order = world.toOrder();
    const measure = (text: string) => world.target.limits.inline(order, text);
    const toText = (fill: number, pad: number) =>
      JSON.stringify({ note: filling.repeat(fill) + 'p'.repeat(pad) });
    let fill = 0;
    while (measure(toText(fill + 1, 0)).size <= measure('').most) fill++;
    const { size, most } = measure(toText(fill, 0));
    const last = toText(fill, most - size);
    const beyond = toText(fill, most - size + 1);
    expect(measure(last)).toEqual({ size: 8192, most: 8192 });
    expect(measure(beyond)).toEqual({ size: 8193, most: 8192 });
    expect(toTier({ ...order, event: last }, world.target.limits)).toBe('inline');
    expect(toTier({ ...order, event: beyond }, world.target.limits)).toBe('claim-check');

    const environment = await startAndRead(world, order, last);
    expect(environment['STP_TRIGGER_EVENT_DATA']).toBe(last);

    // What takes more bytes than characters may be counted as less by ECS.
    if (Buffer.byteLength(beyond) !== beyond.length) return;
    const other = { ...order, token: order.token.replace(/^./, 'z') };
    await world.target.start(other, { tier: 'inline', text: beyond });
    const job = await until('the job that is too big has ended', () =>
      world.batch.jobs().find(({ name, status }) => name.startsWith('z') && status === 'FAILED'),
    );
    expect(job.statusReason).toBe('Container Overrides length must be at most 8192');
  });

  it('is measured at the attempt with the longest number', async () => {
    const world = await createBatchWorld({ retry: { attempts: 100 } });
    const one = await createBatchWorld();
    const sizeOf = ({ target, toOrder }: World) => target.limits.inline(toOrder(), '{}').size;
    // STP_MAXIMUM_ATTEMPTS and STP_CURRENT_ATTEMPT have two digits more each.
    expect(sizeOf(world) - sizeOf(one)).toBe(4);
  });
});

async function startAndRead(
  world: World,
  order: Order<BatchWork>,
  text: string,
): Promise<Readonly<Record<string, string>>> {
  expect(await world.target.start(order, { tier: 'inline', text })).toMatchObject({ kind: 'started' });
  return read(world);
}

async function read({ batch }: World): Promise<Readonly<Record<string, string>>> {
  const job = await until('the job has succeeded', () =>
    batch.jobs().find(({ status }) => status === 'SUCCEEDED'),
  );
  return JSON.parse(batch.outputOf(job.id));
}
