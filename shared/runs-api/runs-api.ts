import { Hono } from 'hono';
import { NotRecordedError } from '../not-recorded.ts';
import { type Commands, RunNotFoundError } from '../router/commands.ts';
import { ReplayError, RequestIdError } from '../router/router.ts';
import { type Ledger, PlaceError } from '../runs/ledger.ts';
import { type EpochMs, isFinished, type Run } from '../runs/run.ts';
import { toRunView } from '../runs/view.ts';
import { toPage } from './page.ts';
import { problem } from './problem.ts';
import { parseQuery } from './query.ts';
import { readReplay } from './replay-request.ts';
import { RequestError } from './request-error.ts';

export type RunsApiParts = {
  readonly ledger: Ledger;
  readonly commands: Commands;
  /** Hears of what was no mistake of the request's. */
  readonly fail: (error: unknown, request: Request) => void;
  readonly now: () => EpochMs;
};

/** Runs over HTTP: look at them, cancel them, replay them. The same on a laptop and in AWS. */
export function createRunsApi({ ledger, commands, fail, now }: RunsApiParts): Hono {
  const api = new Hono();

  api.onError((error, { req }) => {
    const refusal = toRefusal(error);
    if (refusal !== undefined) return refusal;
    fail(error, req.raw);
    return toFailure(error);
  });

  api.notFound(({ req }) => problem(404, `The runs API has no ${req.method} ${req.path}.`));

  api.get('/runs', async ({ req }) => toPage(ledger, parseQuery(req.query())));

  api.get('/runs/:id', async ({ req }) => {
    const id = req.param('id');
    const run = await ledger.load(id);
    if (run === undefined) throw new RunNotFoundError(id);
    return toAnswer(run, now());
  });

  api.post('/runs/:id/cancel', async ({ req }) => {
    const run = await commands.cancel(req.param('id'));
    return Response.json(toRunView(run), { status: isFinished(run) ? 200 : 202 });
  });

  api.post('/runs/:id/replay', async (context) => {
    const { requestId, event } = await readReplay(context);
    const run = await commands.replay(context.req.param('id'), requestId, event);
    return Response.json(toRunView(run), { status: 202, headers: { location: `/runs/${run.id}` } });
  });

  return api;
}

/** 202 while it isn't finished, 200 then: a client can wait for a run with nothing but GET. */
function toAnswer(run: Run, now: EpochMs): Response {
  if (isFinished(run)) return Response.json(toRunView(run));
  const headers = { 'retry-after': `${toRetryAfterSeconds(now - run.createdAt)}` };
  return Response.json(toRunView(run), { status: 202, headers });
}

/** A tenth of its age, from one second to a minute: who waits for a long run asks seldom, and hears of its end in time. */
function toRetryAfterSeconds(ageMs: number): number {
  return Math.min(Math.max(Math.floor(ageMs / 10_000), 1), 60);
}

/** What is the request's mistake. */
function toRefusal(error: unknown): Response | undefined {
  if (error instanceof RequestError) return problem(error.status, error.message, error.headers);
  if (error instanceof PlaceError) return problem(400, 'after is what the page before gave as "next".');
  if (error instanceof RunNotFoundError) return problem(404, toSentence(error));
  if (error instanceof RequestIdError)
    return problem(422, 'This Idempotency-Key was used before, with another event.');
  if (error instanceof ReplayError) return problem(409, toSentence(error));
  return error instanceof NotRecordedError && error.reason === 'too-large'
    ? problem(413, 'The event is too large to be recorded, and no job was started.')
    : undefined;
}

/** It may be sent again: a cancel is the same cancel, and so is a replay with its Idempotency-Key. */
function toFailure(error: unknown): Response {
  const retryAfter = { 'retry-after': '5' };
  return error instanceof NotRecordedError && error.reason === 'throttled'
    ? problem(429, 'Too much came at once. Send it again.', retryAfter)
    : problem(503, 'The router could not do this now. Nothing was lost; send it again.', retryAfter);
}

/** Messages are written to be part of one. */
function toSentence({ message }: Error): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
