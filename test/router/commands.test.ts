import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createLambdaLog } from '../../shared/lambda/log.ts';
import { toContext } from '../../shared/local/server/invoke-api.ts';
import { PayloadError, PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import { createCommands, createCommandTrigger } from '../../shared/router/commands.ts';
import { createTrigger } from '../../shared/router/trigger.ts';
import { type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import { manual } from '../../shared/sources/manual.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { createRouterWorld } from './world.ts';

const unknown = '0000000000000000000000dead';
const worlds: { readonly remove: () => void }[] = [];
let called = 0;
let world: ReturnType<typeof openManual>;
let runId: string;

beforeEach(async () => {
  world = openManual();
  runId = (await world.call({ job: 'import', input: { sku: 7 } })).runId;
});
afterAll(() => {
  for (const { remove } of worlds) remove();
});

/**
 * The manual function, with what it has logged. What is in `failing` the ledger throws from then on; what is in `lost`
 * it throws once it has done what it was asked.
 */
function openManual() {
  const made = createMemoryLedger(Date.now);
  const lines: string[] = [];
  const failing = new Map<keyof Ledger, Error>();
  const lost = new Map<keyof Ledger, Error>();
  const ledger: Ledger = {
    ...made,
    load: async (id) => throwIf(failing.get('load')) ?? made.load(id),
    loadEvent: async (id) => throwIf(failing.get('loadEvent')) ?? made.loadEvent(id),
    async accept(...draft) {
      throwIf(failing.get('accept'));
      const accepted = await made.accept(...draft);
      throwIf(lost.get('accept'));
      return accepted;
    },
  };
  const own = createRouterWorld({ import: { events: [{ type: 'manual' }] } }, { ledger });
  worlds.push(own);
  const log = createLambdaLog((line) => void lines.push(line));
  const trigger = createCommandTrigger(
    createTrigger(manual, own.router, log),
    createCommands({ ...own, ledger }),
    log,
  );
  return {
    ledger: made,
    failing,
    lost,
    call: async (payload: unknown) => {
      const answer = await trigger(payload, toContext('manual', `request-${++called}`));
      return JSON.parse(JSON.stringify(answer));
    },
    logged: () => lines.map((line) => JSON.parse(line)),
  };
}

function throwIf(error: Error | undefined): undefined {
  if (error !== undefined) throw error;
}

describe('the command cancel', () => {
  it('cancels a run, and gives it', async () => {
    const cancelled = { runId, job: 'import', status: 'cancelled', cause: { class: 'stopped' } };
    expect(await world.call({ command: 'cancel', runId })).toMatchObject({ run: cancelled });
    expect(await world.call({ runId, command: 'cancel' })).toMatchObject({ run: cancelled });
    expect((await world.ledger.load(runId))?.status).toBe('cancelled');
  });

  it('gives an error for a run that is not there', async () => {
    expect(await world.call({ command: 'cancel', runId: unknown })).toEqual({
      error: { name: 'RunNotFoundError', message: `no run is named ${unknown}` },
    });
  });
});

describe('the command replay', () => {
  const replay = (requestId: string, more: object = {}) =>
    world.call({ command: 'replay', runId, requestId, ...more });

  it('gives a new run with the event of the old one, once for each request id', async () => {
    const { run } = await replay('a');
    expect(run).toMatchObject({ job: 'import', replayOf: runId, status: 'queued' });
    expect((await replay('a')).run.runId).toBe(run.runId);
    expect((await replay('b')).run.runId).not.toBe(run.runId);
    expect(await world.ledger.loadEvent(run.runId)).toBe(await world.ledger.loadEvent(runId));
  });

  it.each([[{ records: [{ id: 1 }] }], ['text'], [null], [0], [[1, 2]]])(
    'gives a new run with the event %j in its place',
    async (event) => {
      const { run } = await replay('edited', { event });
      expect(await world.ledger.loadEvent(run.runId)).toBe(JSON.stringify(event));
    },
  );

  it('gives an error for a request id that was used with another event', async () => {
    await replay('a', { event: 1 });
    const error = {
      name: 'RequestIdError',
      message: `run ${runId} was replayed with this request id before, with another event`,
    };
    expect(await replay('a', { event: 2 })).toEqual({ error });
    expect(await replay('a')).toEqual({ error });
    expect(await replay('a', { event: 1 })).toMatchObject({ run: { replayOf: runId } });
  });

  it('gives an error for a run that is not there', async () => {
    expect(await world.call({ command: 'replay', runId: unknown, requestId: 'a' })).toEqual({
      error: { name: 'RunNotFoundError', message: `no run is named ${unknown}` },
    });
  });

  it('gives an error for a run whose event is gone, which does not hold up those after it', async () => {
    world.failing.set(
      'loadEvent',
      new PayloadGoneError('the event at s3://b/k is not what was stored there'),
    );
    expect(await replay('a')).toEqual({
      error: {
        name: 'ReplayError',
        message: `run ${runId} can't be replayed: the event at s3://b/k is not what was stored there`,
      },
    });
  });

  it('is thrown while the event only can not be read', async () => {
    world.failing.set('loadEvent', new PayloadError('no answer from S3'));
    await expect(replay('a')).rejects.toThrow('no answer from S3');
  });

  it('gives an error for an event that is too large to be kept', async () => {
    world.failing.set('accept', new LedgerError('the event has 9 MB', { reason: 'too-large' }));
    expect(await replay('a', { event: 1 })).toEqual({
      error: { name: 'LedgerError', message: 'the event has 9 MB' },
    });
  });
});

describe('a command', () => {
  it.each([
    [{ command: 'cancel', runId: 'x' }, '"runId" is no run\'s id, expected 26 of 0-9 and a-z'],
    [{ command: 'cancel', runId: ['0'.repeat(26)] }, '"runId" is no run\'s id, expected 26 of 0-9 and a-z'],
    [
      { command: 'replay', runId: '../x', requestId: 'a' },
      '"runId" is no run\'s id, expected 26 of 0-9 and a-z',
    ],
    [
      { command: 'replay', runId: unknown, requestId: '' },
      '"requestId" names no request, expected a text of 1 to 255 characters',
    ],
    [
      { command: 'replay', runId: unknown, requestId: 'r'.repeat(256) },
      '"requestId" names no request, expected a text of 1 to 255 characters',
    ],
    [
      { command: 'replay', runId: unknown, requestId: 7 },
      '"requestId" names no request, expected a text of 1 to 255 characters',
    ],
    [
      {
        command: 'replay',
        runId: unknown,
        requestId: 'a',
        event: JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`),
      },
      '"event" is no JSON, or is nested too deeply',
    ],
  ])('with a value that is none gives an error: %j', async (payload, message) => {
    expect(await world.call(payload)).toEqual({ error: { name: 'CommandError', message } });
  });

  it.each([
    [{ command: 'cancel', runId: unknown, force: true }],
    [{ command: 'cancel' }],
    [{ command: 'cancel', runId: unknown, requestId: 'a' }],
    [{ command: 'replay', runId: unknown }],
    [{ command: 'replay', runId: unknown, requestId: 'a', job: 'import' }],
    [{ command: 'delete', runId: unknown }],
    [{ command: ['cancel'], runId: unknown }],
    [{ job: 'import', input: null, command: 'cancel' }],
    [[{ command: 'cancel', runId: unknown }]],
  ])('with other keys is none, and is refused as a payload: %j', async (payload) => {
    await expect(world.call(payload)).rejects.toThrow(
      'expected exactly { "job": "<name>", "input": <any JSON> }',
    );
  });

  it('that the ledger can not do now is thrown, so that whoever sent it tries again', async () => {
    world.failing.set('load', new LedgerError('the ledger could not be read', { reason: 'unavailable' }));
    await expect(world.call({ command: 'cancel', runId })).rejects.toThrow('the ledger could not be read');
    world.failing.set('load', new LedgerError('too much at once', { reason: 'throttled' }));
    await expect(world.call({ command: 'replay', runId, requestId: 'a' })).rejects.toThrow(
      'too much at once',
    );
  });

  it('whose answer was lost is the same when it comes again', async () => {
    const replay = { command: 'replay', runId, requestId: 'a' };
    world.lost.set('accept', new LedgerError('the connection was cut'));
    await expect(world.call(replay)).rejects.toThrow('the connection was cut');
    world.lost.clear();
    const { run } = await world.call(replay);
    const { runs } = await world.ledger.list({ limit: 10 });
    expect(runs.map(({ id }) => id)).toEqual([run.runId, runId]);
  });

  it('is one line of the log, with ids and nothing of the event', async () => {
    const event = { password: 's3cr3t' };
    const { run } = await world.call({ command: 'replay', runId, requestId: 's3cr3t-id', event });
    await world.call({ command: 'cancel', runId });
    await world.call({ command: 'cancel', runId: 's3cr3t' });
    await world.call({ command: 'cancel', runId: unknown });
    world.failing.set('load', new LedgerError('the ledger could not be read'));
    await world.call({ command: 'cancel', runId }).catch(() => {});
    const lines = world.logged().slice(1);
    const about = { timestamp: expect.any(String), requestId: expect.stringMatching(/^request-\d+$/) };
    const failed = { ...about, message: 'a command could not be done' };
    expect(lines).toEqual([
      {
        ...about,
        level: 'INFO',
        message: 'a replay was asked for',
        runId,
        replay: run.runId,
        job: 'import',
        status: 'queued',
      },
      {
        ...about,
        level: 'INFO',
        message: 'a cancel was asked for',
        runId,
        job: 'import',
        status: 'cancelled',
      },
      {
        ...failed,
        level: 'WARN',
        error: 'CommandError',
        reason: '"runId" is no run\'s id, expected 26 of 0-9 and a-z',
      },
      {
        ...failed,
        level: 'WARN',
        command: 'cancel',
        runId: unknown,
        error: 'RunNotFoundError',
        reason: `no run is named ${unknown}`,
      },
      {
        ...failed,
        level: 'ERROR',
        command: 'cancel',
        runId,
        error: 'LedgerError',
        reason: 'the ledger could not be read',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('s3cr3t');
  });
});
