import { isDeepStrictEqual } from 'node:util';
import type { decide } from '../../shared/runs/decide.ts';
import { isStartFailure } from '../../shared/runs/failure.ts';
import type { Input } from '../../shared/runs/input.ts';
import { toLane } from '../../shared/runs/lane.ts';
import { toOrder } from '../../shared/runs/order.ts';
import { type EpochMs, isFinished, liveAttempt, type Run, type RunStatus } from '../../shared/runs/run.ts';
import { deepFreeze } from '../support/freeze.ts';

export type Decide = typeof decide;

/** One step of a run's life, and the promises of design.md that it must keep. Throws with the one that it breaks. */
export type Witness = {
  readonly tokens: readonly string[];
  tell(decide: Decide, before: Run, input: Input, now: EpochMs): Run;
};

/** Watches one run from its beginning; it knows the engine by what goes in and what comes out alone. */
export function createWitness(): Witness {
  const tokens: string[] = [];
  const orders = new Map<string, string>();
  const fates = createFates(tokens);
  let cancelledWith: number | undefined;

  return {
    tokens,
    tell(decide, before, input, now) {
      deepFreeze(before);
      deepFreeze(input);
      const after = deepFreeze(decide(before, input, now));
      promise(
        isDeepStrictEqual(decide(before, input, now), after),
        'the same input twice gives the same result',
      );
      fates.hear(input, before, now);
      if (input.kind === 'cancel-asked' && !isFinished(before)) cancelledWith ??= tokens.length;

      for (const effect of after.outbox) {
        if (effect.kind !== 'start') continue;
        const { token } = effect;
        const attempt = liveAttempt(after);
        promise(attempt?.start.token === token, `the start ${token} that is owed is the live one`);
        promise(after.status === 'starting', `a run that owes a start is starting, not ${after.status}`);
        if (attempt === undefined) continue;
        const order = JSON.stringify(toOrder(after, attempt, '{"records":[1,2,3,4]}'));
        promise(
          (orders.get(token) ?? order) === order,
          `the token ${token} always stands for the same request`,
        );
        orders.set(token, order);
        if (tokens.includes(token)) continue;
        const previous = tokens.at(-1);
        promise(
          previous === undefined || fates.isSettled(previous),
          `${token} begins when the fate of ${previous} is known`,
        );
        promise(cancelledWith === undefined, `${token} doesn't begin after the run was cancelled`);
        tokens.push(token);
      }
      checkStep(decide, before, input, after, now, tokens);
      return after;
    },
  };
}

function checkStep(
  decide: Decide,
  before: Run,
  input: Input,
  after: Run,
  now: EpochMs,
  tokens: readonly string[],
): void {
  const { plan, outbox, attempts } = after;
  if (isFinished(before)) {
    promise(isDeepStrictEqual(toOutcome(after), toOutcome(before)), 'a finished run never moves again');
    promise(
      outbox.every(({ kind }) => kind === 'announce' || kind === 'stop'),
      'a finished run owes only announcements and stops',
    );
  }
  promise(
    before.status === after.status || moves[before.status].includes(after.status),
    `a run doesn't go from ${before.status} to ${after.status}`,
  );
  promise(attempts.length <= plan.retry.attempts, 'there are no more attempts than the plan has');
  promise(
    attempts.every(({ number }, index) => number === index + 1),
    'attempts are numbered from 1, in order',
  );
  if (
    input.kind === 'start-answered' &&
    input.answer.kind === 'refused' &&
    isStartFailure(input.answer.cause.class)
  ) {
    promise(attempts.length === before.attempts.length, 'a start that is refused uses no attempt');
    promise(
      after.next === before.next || after.next?.attempt === attempts.length,
      'the same attempt starts again',
    );
  }
  promise(outbox.filter(({ kind }) => kind === 'start').length <= 1, 'at most one start is owed at any time');
  promise(new Set(outbox.map(({ key }) => key)).size === outbox.length, 'what is owed has different keys');
  if (!isFinished(after) || outbox.length > 0) {
    promise(Number.isFinite(after.dueAt), 'a run that is not finished, or owes something, has a date');
  }
  promise(
    isFinished(after) && after.status !== 'succeeded' ? after.cause !== undefined : after.cause === undefined,
    'a finished run has a cause unless it succeeded, and no other run has one',
  );
  promise(isFinished(after) === (after.endedAt !== undefined), 'a run has an end when it has ended');
  for (const { kind, key } of before.outbox) {
    promise(
      kind !== 'announce' ||
        outbox.some((owed) => owed.key === key) ||
        (input.kind === 'effect-done' && input.key === key),
      'an announcement is owed until it is done',
    );
  }
  promise(isDeepStrictEqual(toConstants(after), toConstants(before)), 'what was accepted stays as it was');
  promise(
    after === before || isPostponement(input) || !isDeepStrictEqual(toNews(after), toNews(before)),
    'an input that changes nothing gives the very same run',
  );
  checkPlace(before, input, after, now);
  checkStranger(before, input, after);
  if (input.kind === 'due' && owesBeforeItsTurn(before)) {
    promise(after.status === before.status, 'what a waiting run owes comes before its turn');
  } else {
    checkRepeated(decide, input, after, now);
  }
  promise(tokens.length === new Set(tokens).size, 'a token is begun once');
}

/** A run takes a place before its first start only, is held until its hour, and begins no earlier. */
function checkPlace(before: Run, input: Input, after: Run, now: EpochMs): void {
  const { held, place, status, attempts, next, plan } = after;
  if (held !== undefined) {
    promise(status === 'waiting' && attempts.length === 0, 'a held run waits for its first start');
    promise(held.until === place, 'a held run waits for the hour of its place');
    promise(next !== undefined && next.at >= held.until, 'a held run has no turn before its hour');
  }
  promise(
    before.place === undefined || (place !== undefined && place <= before.place),
    'a place is given up for an earlier one only',
  );
  if (plan.maxRunsPerHour !== undefined && before.attempts.length === 0 && attempts.length > 0) {
    promise(place !== undefined && place <= now, 'a run begins when the hour of its place has come');
  }
  if (input.kind !== 'placed') return;
  const stoodInLine = before.attempts.length === 0 && before.next !== undefined;
  promise(stoodInLine || after === before, 'a run that has begun takes no place');
  promise(attempts === before.attempts, 'taking a place starts nothing');
  const announced = after.outbox.filter((owed) => !before.outbox.includes(owed)).map(({ key }) => key);
  const isNews = (held !== undefined && !before.held) || (isFinished(after) && !isFinished(before));
  promise(announced.length === (isNews ? 1 : 0), 'that a run is held is announced the first time');
}

/** Word of what isn't the run's live start changes nothing, but may add a stop of what shouldn't live. */
function checkStranger(before: Run, input: Input, after: Run): void {
  if (input.kind !== 'reported' && input.kind !== 'start-answered') return;
  if (input.kind === 'reported' && input.report.state === 'tried') {
    promise(
      isDeepStrictEqual(withoutTries(after), withoutTries(before)),
      'a try of what was started changes nothing of the run itself',
    );
    return;
  }
  const token = input.kind === 'reported' ? input.report.token : input.token;
  const told = input.kind === 'reported' ? input.report : input.answer;
  const start = liveAttempt(before)?.start;
  const externalId = 'externalId' in told ? told.externalId : undefined;
  const isOther =
    externalId !== undefined && start?.externalId !== undefined && externalId !== start.externalId;
  if (start?.token === token && !isOther) return;
  const added = after.outbox.filter((effect) => !before.outbox.includes(effect));
  promise(
    added.every((effect) => effect.kind === 'stop' && effect.token === token),
    'a stranger is stopped, and nothing else is done about it',
  );
  promise(
    before.outbox.every((effect) => after.outbox.includes(effect)),
    'a stranger settles nothing that is owed',
  );
  const { outbox: _, updatedAt: _a, dueAt: _b, ...rest } = after;
  const { outbox: _c, updatedAt: _d, dueAt: _e, ...was } = before;
  promise(isDeepStrictEqual(rest, was), 'a stranger changes nothing of the run itself');
}

/**
 * News that come twice change nothing the second time, save that a look at the target may be owed no more.
 * Not so a refusal or an unknown answer, which may be those of a second call, nor a trace that is missing for too long.
 */
function checkRepeated(decide: Decide, input: Input, after: Run, now: EpochMs): void {
  if (input.kind === 'start-answered' && input.answer.kind !== 'started') return;
  if (input.kind === 'reported' && input.report.state === 'absent' && after.stopping) return;
  // Each failure makes the next wait longer.
  if (input.kind === 'effect-failed') return;
  if (input.kind === 'stop-answered' && input.answer.kind === 'unknown') return;
  const again = decide(after, input, now);
  const looked = { ...after, outbox: after.outbox.filter(({ kind }) => kind !== 'describe') };
  promise(
    [after, looked].some((expected) => isDeepStrictEqual(toNews(again), toNews(expected))),
    `${input.kind} changes nothing the second time`,
  );
}

function owesBeforeItsTurn(run: Run): boolean {
  return (run.status === 'queued' || run.status === 'waiting') && toLane(run) === 'rest';
}

/** Only a date changes: that of the next look, or of the next try. */
function isPostponement(input: Input): boolean {
  return (
    input.kind === 'due' ||
    input.kind === 'effect-failed' ||
    (input.kind === 'stop-answered' && input.answer.kind === 'unknown')
  );
}

/**
 * What is known for certain of each start, by what the target and its reports have said so far.
 * What is said of a token before it was ever sent is no news of it: `tokens` are those that were.
 */
function createFates(tokens: readonly string[]) {
  const settled = new Set<string>();
  const seen = new Set<string>();
  const unknown = new Set<string>();
  const absent = new Map<string, EpochMs>();

  return {
    isSettled: (token: string) => settled.has(token),
    hear(input: Input, before: Run, now: EpochMs): void {
      const told = input.kind === 'reported' ? input.report : input;
      if (!('token' in told) || !tokens.includes(told.token)) return;
      if (input.kind === 'start-answered') hearAnswer(input.token, input.answer);
      if (input.kind === 'stop-answered' && input.answer.kind === 'never-started') settled.add(input.token);
      if (input.kind === 'reported') hearReport(input.report, before, now);
    },
  };

  function hearAnswer(token: string, answer: Extract<Input, { kind: 'start-answered' }>['answer']): void {
    if (answer.kind === 'unknown') unknown.add(token);
    if (answer.kind === 'started') seen.add(token);
    if (answer.kind === 'started' && answer.endedAt !== undefined) settled.add(token);
    if (answer.kind !== 'refused' || seen.has(token)) return;
    const isBusy = answer.cause.class === 'throttled' || answer.cause.class === 'target-unavailable';
    if (!isBusy || !unknown.has(token)) settled.add(token);
  }

  function hearReport(
    report: Extract<Input, { kind: 'reported' }>['report'],
    before: Run,
    now: EpochMs,
  ): void {
    const { token, externalId, state } = report;
    if (state === 'tried') return;
    const live = liveAttempt(before)?.start;
    const known = live?.token === token ? live.externalId : undefined;
    if (externalId !== undefined && known !== undefined && externalId !== known) return;
    if (state === 'ended' || state === 'never-started') settled.add(token);
    if (state !== 'absent') absent.delete(token);
    if (state === 'pending' || state === 'running') seen.add(token);
    if (state !== 'absent') return;
    // A look that is older than a minute says nothing of now.
    if (now - report.lookedAt > 60_000) return;
    const since = absent.get(token) ?? report.lookedAt;
    absent.set(token, since);
    if (report.lookedAt - since >= 600_000) settled.add(token);
  }
}

/** The arrows of the picture in design.md; those to `cancelled` and `failed` included. */
const moves: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  collecting: ['queued', 'cancelled'],
  queued: ['starting', 'waiting', 'failed', 'cancelled'],
  starting: ['running', 'waiting', 'stopping', 'succeeded', 'failed', 'timed-out'],
  running: ['waiting', 'stopping', 'succeeded', 'failed', 'timed-out'],
  waiting: ['starting', 'failed', 'cancelled'],
  stopping: ['waiting', 'succeeded', 'failed', 'timed-out', 'cancelled'],
  succeeded: [],
  failed: [],
  'timed-out': [],
  cancelled: [],
};

function toOutcome({ status, attempts, cause, endedAt, next, stopping }: Run) {
  return { status, attempts: attempts.map(({ tries: _, ...rest }) => rest), cause, endedAt, next, stopping };
}

/** A look may be owed, or the stop of a job that outlived its attempt. */
function withoutTries({ updatedAt: _, dueAt: __, ...run }: Run) {
  const outbox = run.outbox.filter(({ kind }) => kind !== 'describe' && kind !== 'stop');
  return { ...run, outbox, attempts: run.attempts.map(({ tries: ___, ...rest }) => rest) };
}

function toConstants({ id, job, source, rule, eventId, plan, revision, createdAt }: Run) {
  return { id, job, source, rule, eventId, plan, revision, createdAt };
}

/** All of a run but when it was looked at; what is owed counts in any order. */
function toNews({ updatedAt: _, dueAt: __, outbox, ...rest }: Run) {
  return { ...rest, outbox: new Map(outbox.map((effect) => [effect.key, effect])) };
}

function promise(kept: boolean, what: string): void {
  if (!kept) throw new Error(`broken: ${what}`);
}
