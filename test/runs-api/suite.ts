import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/runs/ledger.ts';
import type { RunView } from '../../shared/runs/view.ts';

export type Answer = {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export type Asked = { readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A runs API somewhere, of the jobs `import` and `export`; nothing starts their runs. */
export type Client = {
  /** `path` begins with /runs. */
  readonly ask: (method: string, path: string, asked?: Asked) => Promise<Answer>;
  /** Gives the id of a run of a job that was started by hand. */
  readonly start: (job: string, input: unknown) => Promise<string>;
  readonly ledger: Ledger;
  readonly end: () => Promise<unknown>;
};

const unknown = '0000000000000000000000dead';

/** What every runs API keeps to, wherever it runs. */
export function runsApiSuite(name: string, open: () => Promise<Client>): void {
  describe(`the runs API ${name}`, () => {
    let client: Client;
    /** The oldest first; the second one is cancelled. */
    let ids: readonly string[];

    beforeAll(async () => {
      client = await open();
      const first = await client.start('import', { sku: 7 });
      const second = await client.start('export', { sku: 8 });
      const third = await client.start('import', { sku: 9 });
      ids = [first, second, third];
    });
    afterAll(() => client?.end());

    const get = (path: string) => client.ask('GET', path);
    const post = (path: string, asked?: Asked) => client.ask('POST', path, asked);
    const replay = (key: string, body?: string) =>
      post(`/runs/${ids[0]}/replay`, {
        headers: { 'idempotency-key': key, 'content-type': 'application/json' },
        ...(body !== undefined && { body }),
      });

    it('answers 202 for a run that is not finished, with when to ask again, and 200 for one that is', async () => {
      const waiting = await get(`/runs/${ids[1]}`);
      expect(waiting).toMatchObject({ status: 202, headers: { 'retry-after': '1' } });
      expect(runIn(waiting)).toMatchObject({ runId: ids[1], job: 'export', status: 'queued', attempts: [] });
      const cancelled = await post(`/runs/${ids[1]}/cancel`);
      expect(cancelled.status).toBe(200);
      const done = await get(`/runs/${ids[1]}`);
      expect(done.status).toBe(200);
      expect(done.headers).not.toHaveProperty('retry-after');
      expect(done.headers['content-type']).toMatch(/^application\/json/);
      expect(runIn(done)).toEqual(runIn(cancelled));
      expect(runIn(done)).toMatchObject({ status: 'cancelled', cause: { class: 'stopped' } });
    });

    it('cancels a run a second time without a change', async () => {
      const again = await post(`/runs/${ids[1]}/cancel`);
      expect(again.status).toBe(200);
      expect(runIn(again)).toEqual(runIn(await get(`/runs/${ids[1]}`)));
    });

    it('never shows a plan: its environment may hold secrets', async () => {
      expect((await get(`/runs/${ids[0]}`)).text).not.toContain('s3cr3t');
      expect((await get('/runs')).text).not.toContain('s3cr3t');
    });

    it('lists runs, the newest first, by job, status and time', async () => {
      const listed = async (query: string) =>
        idsIn(await get(`/runs${query}`)).filter((id) => ids.includes(id));
      expect(await listed('')).toEqual(ids.toReversed());
      expect(await listed('?job=import')).toEqual([ids[2], ids[0]]);
      expect(await listed('?status=cancelled')).toEqual([ids[1]]);
      expect(await listed('?job=import&status=cancelled')).toEqual([]);
      expect(await listed('?since=2000-01-01T00%3A00%3A00%2B01%3A00')).toHaveLength(3);
      expect(await listed('?since=2999-01-01T00:00:00Z')).toEqual([]);
      expect(await listed('?job=nothing')).toEqual([]);
    });

    it('lists runs in pages', async () => {
      const first = JSON.parse((await get('/runs?job=import&limit=1')).text);
      expect(first.runs).toHaveLength(1);
      const rest = await get(`/runs?job=import&limit=1000&after=${encodeURIComponent(first.next)}`);
      expect(idsIn(rest)).toContain(ids[0]);
      expect(idsIn(rest)).not.toContain(first.runs[0].runId);
      expect(JSON.parse(rest.text)).not.toHaveProperty('next');
    });

    it.each([
      ['status=done', 'status is one of collecting, queued, starting'],
      ['status=__proto__', 'status is one of'],
      ['limit=0', 'limit is a whole number from 1 to 1000.'],
      ['limit=1001', 'limit is a whole number'],
      ['limit=1e2', 'limit is a whole number'],
      ['limit=', 'limit is a whole number'],
      ['since=yesterday', 'since is a time in ISO 8601.'],
      ['since=2026-13-40T00:00', 'since is a time in ISO 8601.'],
      ['after=x', 'after is what the page before gave as "next".'],
      ['after=1%20OR%201', 'after is what the page before gave'],
      ['job=%27%3B%20DROP%20TABLE%20runs', 'job is the name of a job'],
      ['job=%ED%A0%80', 'job is the name of a job'],
    ])('refuses the list of %s', async (query, detail) => {
      expect(problemIn(await get(`/runs?${query}`), 400)).toContain(detail);
    });

    it('refuses the list of values that are too long', async () => {
      const after = problemIn(await get(`/runs?after=${'9'.repeat(2000)}`), 400);
      expect(after).toContain('after is what the page before gave');
      const job = problemIn(await get(`/runs?job=${'j'.repeat(3000)}`), 400);
      expect(job).toContain('job is the name of a job');
    });

    it.each([unknown, 'x', '%00', "'--", '%2e%2e', '%F0%9F%9A%A6'])(
      'has no run named %s, whatever is asked of it',
      async (id) => {
        problemIn(await get(`/runs/${id}`), 404);
        problemIn(await post(`/runs/${id}/cancel`), 404);
        problemIn(await post(`/runs/${id}/replay`), 404);
      },
    );

    it('has no run whose name is too long', async () => {
      problemIn(await get(`/runs/${'0'.repeat(3000)}`), 404);
      problemIn(await post(`/runs/${'0'.repeat(3000)}/cancel`), 404);
    });

    it('replays a run once for each key, with the event that it had', async () => {
      const first = await replay('a');
      const { runId } = runIn(first);
      expect(first).toMatchObject({ status: 202, headers: { location: `/runs/${runId}` } });
      expect(runIn(first)).toMatchObject({
        job: 'import',
        replayOf: ids[0],
        source: 'manual',
        status: 'queued',
      });
      expect(runIn(await replay('a')).runId).toBe(runId);
      expect(runIn(await replay('a', '{}')).runId).toBe(runId);
      expect(runIn(await replay('b')).runId).not.toBe(runId);
      expect(await client.ledger.loadEvent(runId)).toBe(await client.ledger.loadEvent(ids[0] ?? ''));
    });

    it('replays a run with another event, as it was written', async () => {
      const event = { records: [{ data: { input: { sku: 70, note: 'Škoda “x” 🚦' } } }] };
      const answer = await replay('edited', JSON.stringify({ event }, null, 2));
      expect(answer.status).toBe(202);
      expect(await client.ledger.loadEvent(runIn(answer).runId)).toBe(JSON.stringify(event));
      const long = await replay('long', '{"event":{"id":12345678901234567890}}');
      expect(await client.ledger.loadEvent(runIn(long).runId)).toBe('{"id":"12345678901234567890"}');
    });

    it('refuses a key that was used with another event', async () => {
      const body = JSON.stringify({ event: { sku: 1 } });
      await replay('taken', body);
      const detail = 'This Idempotency-Key was used before, with another event.';
      expect(problemIn(await replay('taken', JSON.stringify({ event: { sku: 2 } })), 422)).toBe(detail);
      expect(problemIn(await replay('taken'), 422)).toBe(detail);
      expect((await replay('taken', body)).status).toBe(202);
    });

    it.each([
      ['no JSON', 'event'],
      ['half of it', '{"event":'],
      ['a list', '[1]'],
      ['a text', '"event"'],
      ['null', 'null'],
      ['another key', '{"event":{},"job":"export"}'],
      ['a key that only looks like it', '{"__proto__":{"event":1}}'],
      ['JSON that is nested too deeply', `{"event":${'['.repeat(9000)}${']'.repeat(9000)}}`],
    ])('refuses a replay whose body is %s, and starts nothing', async (_what, body) => {
      const before = idsIn(await get('/runs?limit=1000')).length;
      expect(problemIn(await replay('hostile', body), 400)).toContain(
        'The body is JSON such as { "event": … }',
      );
      expect(idsIn(await get('/runs?limit=1000'))).toHaveLength(before);
    });

    it('refuses a key that is too long', async () => {
      expect((await replay('k'.repeat(255))).status).toBe(202);
      expect(problemIn(await replay('k'.repeat(256)), 400)).toBe(
        'An Idempotency-Key has 1 to 255 characters.',
      );
    });
  });
}

export function runIn({ text }: Answer): RunView {
  return JSON.parse(text);
}

function idsIn({ text }: Answer): readonly string[] {
  const page: { readonly runs: readonly RunView[] } = JSON.parse(text);
  return page.runs.map(({ runId }) => runId);
}

/** The detail of an answer that is problem details of this status. https://www.rfc-editor.org/rfc/rfc9457 */
export function problemIn({ status, headers, text }: Answer, expected: number): string {
  expect(status).toBe(expected);
  expect(headers['content-type']).toBe('application/problem+json');
  const { detail, ...rest } = JSON.parse(text);
  expect(rest).toEqual({ type: 'about:blank', title: expect.any(String), status });
  return detail;
}
