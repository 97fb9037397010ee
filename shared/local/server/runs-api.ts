import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Listener } from '../../announcers/listeners.ts';
import { ReplayError, type Router } from '../../router/router.ts';
import type { Engine } from '../../runs/engine.ts';
import type { Ledger } from '../../runs/ledger.ts';
import { isFinished, type Run, runStatuses } from '../../runs/run.ts';
import { toRunView } from '../../runs/view.ts';
import { problem } from './problem.ts';

export type RunsApiParts = {
  readonly ledger: Ledger;
  readonly engine: Engine;
  readonly router: Router;
  readonly listen: (listener: Listener) => () => void;
};

/** Runs over HTTP: look at them, cancel them, replay them, follow them. */
export function createRunsApi({ ledger, engine, router, listen }: RunsApiParts): Hono {
  const api = new Hono();

  api.get('/runs', async (context) => {
    const { job, status, since, limit = '50', after } = context.req.query();
    const known = runStatuses.find((name) => name === status);
    if (status !== undefined && known === undefined)
      return problem(400, `status is one of ${runStatuses.join(', ')}.`);
    if (!/^[1-9]\d{0,3}$/.test(limit)) return problem(400, 'limit is a whole number from 1 to 9999.');
    if (since !== undefined && !isTime(since)) return problem(400, 'since is a time in ISO 8601.');
    if (after !== undefined && !/^\d+$/.test(after))
      return problem(400, 'after is what the page before gave as "next".');
    const page = await ledger.list({
      ...(job === undefined ? {} : { jobs: [job] }),
      ...(known === undefined ? {} : { statuses: [known] }),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
      ...(after === undefined ? {} : { after }),
      limit: Number(limit),
    });
    return Response.json({ ...page, runs: page.runs.map(toRunView) });
  });

  api.get('/runs/:id', async (context) => {
    const id = context.req.param('id');
    const run = await ledger.load(id);
    return run ? toAnswer(run) : problem(404, `No run is named ${id}.`);
  });

  api.post('/runs/:id/cancel', async (context) => {
    const id = context.req.param('id');
    const run = await engine.tell(id, { kind: 'cancel-asked' });
    return run
      ? Response.json(toRunView(run), { status: isFinished(run) ? 200 : 202 })
      : problem(404, `No run is named ${id}.`);
  });

  api.post('/runs/:id/replay', async (context) => {
    const id = context.req.param('id');
    if ((await ledger.load(id)) === undefined) return problem(404, `No run is named ${id}.`);
    try {
      // Sent again with the same key, it is the same replay.
      const run = await router.replay(id, context.req.header('idempotency-key') ?? randomUUID());
      return Response.json(toRunView(run), { status: 202, headers: { location: `/runs/${run.id}` } });
    } catch (error) {
      if (error instanceof ReplayError) return problem(409, `${error.message}.`);
      throw error;
    }
  });

  api.get('/events', (context) =>
    streamSSE(context, async (stream) => {
      const unlisten = listen((run, { what }) => {
        void stream.writeSSE({ event: what, data: JSON.stringify(toRunView(run)) });
      });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      unlisten();
    }),
  );

  return api;
}

/** 202 while it isn't finished, 200 then: a client can wait for a run with nothing but GET. */
function toAnswer(run: Run): Response {
  return isFinished(run)
    ? Response.json(toRunView(run))
    : Response.json(toRunView(run), { status: 202, headers: { 'retry-after': '1' } });
}

function isTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) && !Number.isNaN(Date.parse(text));
}
