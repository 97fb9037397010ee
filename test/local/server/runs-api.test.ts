import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { readRun, shell, startTestDev, type TestDev } from '../dev.ts';

const runs = '/_signalbox/runs';
const unknown = '0000000000000000000000dead';
const secret = { local: { command: ['sh', '-c', 'exit 3'], environment: { DB_PASSWORD: 's3cr3t' } } };
let dev: TestDev;

beforeAll(async () => {
  dev = await startTestDev(
    {
      jobs: {
        quick: shell('true'),
        failing: shell('exit 3', secret),
        endless: shell('sleep 30', { stopTimeout: 1 }),
        impossible: {
          target: 'process',
          local: { command: ['no-such-program-here'] },
          events: [{ type: 'manual' }],
        },
        lost: {
          target: 'process',
          local: { command: ['true'], workingDirectory: 'nowhere' },
          events: [{ type: 'manual' }],
        },
      },
    },
    { slots: 2 },
  );
});
afterAll(() => dev.remove());

describe('a run', () => {
  it('says how it ended, and none of its secrets', async () => {
    const id = await dev.invoke('failing', { note: 'a' });
    await dev.waitFor(id, 'failed');
    const answer = await dev.get(`${runs}/${id}`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).not.toContain('s3cr3t');
    expect(JSON.parse(text)).toMatchObject({
      runId: id,
      job: 'failing',
      status: 'failed',
      source: 'manual',
      maximumAttempts: 1,
      attempts: [{ attempt: 1, status: 'failed', starts: 1, token: `${id}-1-1`, failure: { exitCode: 3 } }],
      cause: { class: 'exit-code', reason: 'exited with code 3' },
    });
  });

  it.each([
    ['impossible', 'its command no-such-program-here was not found: not in FOLDER, not in PATH'],
    ['lost', 'its working directory FOLDER/nowhere is not there'],
  ])('of a job that can not start here says why: %s', async (job, reason) => {
    const run = await dev.waitFor(await dev.invoke(job), 'failed');
    expect(run.cause).toEqual({ class: 'rejected', reason: reason.replace('FOLDER', dev.folder) });
  });

  it('has no pages around it that are not of the runs API', async () => {
    expect((await dev.get('/_signalbox/nothing')).status).toBe(404);
    expect((await dev.get(`${runs}/%00/cancel`)).status).toBe(404);
  });

  it('is at /runs/{id} too, where an answer to a request says it is', async () => {
    const id = await dev.invoke('quick');
    await dev.waitFor(id, 'succeeded');
    expect(await readRun(await dev.get(`/runs/${id}`))).toMatchObject({ runId: id, status: 'succeeded' });
    const missing = await dev.get(`/runs/${unknown}`);
    expect(missing.status).toBe(404);
    expect(JSON.parse(await missing.text()).detail).toBe(`No run is named ${unknown}.`);
  });
});

describe('a cancel', () => {
  it('stops what runs, ends what waits in the queue, and leaves what has ended alone', async () => {
    const running = [await dev.invoke('endless'), await dev.invoke('endless')];
    for (const id of running) await dev.waitFor(id, 'running');
    const queued = await dev.invoke('quick');

    const early = await dev.post(`${runs}/${queued}/cancel`);
    expect(early.status).toBe(200);
    expect(await readRun(early)).toMatchObject({
      status: 'cancelled',
      cause: { class: 'stopped', reason: 'cancelled before it was started' },
      attempts: [],
    });

    for (const id of running) {
      const answer = await dev.post(`${runs}/${id}/cancel`);
      expect(answer.status).toBe(202);
      expect(await readRun(answer)).toMatchObject({ status: 'stopping', stopping: 'cancel' });
    }
    for (const id of running) expect(await dev.waitFor(id, 'cancelled')).toMatchObject({ runId: id });

    const again = await dev.post(`${runs}/${running[0]}/cancel`);
    expect(again.status).toBe(200);
    const done = await dev.invoke('quick');
    await dev.waitFor(done, 'succeeded');
    expect(await readRun(await dev.post(`${runs}/${done}/cancel`))).toMatchObject({ status: 'succeeded' });
  });
});

describe('a command to the manual function', () => {
  const command = async (payload: object) => {
    const path = '/2015-03-31/functions/manual/invocations';
    return JSON.parse(await (await dev.post(path, JSON.stringify(payload))).text());
  };

  it('cancels or replays a run, as in AWS', async () => {
    const runId = await dev.invoke('quick', { sku: 7 });
    await dev.waitFor(runId, 'succeeded');
    const replay = { command: 'replay', runId, requestId: 'command-1' };
    const { run } = await command(replay);
    expect(run).toMatchObject({ job: 'quick', replayOf: runId });
    await dev.waitFor(run.runId, 'succeeded');
    expect(await command(replay)).toMatchObject({ run: { runId: run.runId, status: 'succeeded' } });
    expect(await command({ command: 'cancel', runId })).toMatchObject({
      run: { runId, status: 'succeeded' },
    });
    expect(await command({ command: 'cancel', runId: unknown })).toEqual({
      error: { name: 'RunNotFoundError', message: `no run is named ${unknown}` },
    });
    expect(await command({ command: 'cancel', runId, force: true })).toMatchObject({
      errorType: 'EventParseError',
    });
  });
});

describe('a replay', () => {
  it('is a new run of the same event, once for each key', async () => {
    const id = await dev.invoke('quick', { sku: 7 });
    const replay = async (key: string) => dev.post(`${runs}/${id}/replay`, '', { 'idempotency-key': key });
    const first = await replay('a');
    const { runId } = await readRun(first);
    expect([first.status, first.headers.get('location')]).toEqual([202, `/runs/${runId}`]);
    expect(await dev.waitFor(runId, 'succeeded')).toMatchObject({
      job: 'quick',
      replayOf: id,
      source: 'manual',
    });
    expect((await readRun(await replay('a'))).runId).toBe(runId);
    expect((await readRun(await replay('b'))).runId).not.toBe(runId);
    expect(await dev.local.ledger.loadEvent(runId)).toBe(await dev.local.ledger.loadEvent(id));
  });
});

describe('the stream of events', () => {
  it('tells of starts and ends as they happen', async () => {
    const breaking = new AbortController();
    const answer = await fetch(`${dev.url}/_signalbox/events`, { signal: breaking.signal });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reading = collect(answer);
    const id = await dev.invoke('failing');
    const told = () =>
      reading
        .text()
        .split('\n\n')
        .filter((part) => part.includes(id));
    await until('both events were told', () => told().length === 2);
    breaking.abort();
    await reading.done;

    const events = told().map((part) => part.split('\n'));
    expect(events.map(([name]) => name)).toEqual(['event: started', 'event: failed']);
    const run = JSON.parse(events[1]?.[1]?.replace('data: ', '') ?? '');
    expect(run).toMatchObject({ runId: id, job: 'failing', status: 'failed' });
    expect(reading.text()).not.toContain('s3cr3t');
  });

  it('ends with the router', async () => {
    const other = await startTestDev({ jobs: { quick: shell('true') } });
    const reading = collect(await fetch(`${other.url}/_signalbox/events`));
    await other.remove();
    await reading.done;
  });
});

function collect(answer: Response) {
  const decoder = new TextDecoder();
  let text = '';
  const read = async () => {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
  };
  return { text: () => text, done: read().catch(() => {}) };
}
