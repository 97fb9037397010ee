import { decide } from '../../shared/runs/decide.ts';
import type { Effect } from '../../shared/runs/effect.ts';
import type { Cause, FailureClass } from '../../shared/runs/failure.ts';
import type { Input } from '../../shared/runs/input.ts';
import type { Attempt, EpochMs, Run } from '../../shared/runs/run.ts';
import type { Report, StartAnswer, StopAnswer } from '../../shared/targets/target.ts';
import { type PlanChange, start, toPlan, toRun } from './draft.ts';
import { deepFreeze } from './freeze.ts';

/** What a report says, without whom it is about. */
export type News = Report extends infer R
  ? R extends Report
    ? Omit<R, 'token' | 'externalId'>
    : never
  : never;

/** One run, told by a test what happens to it. Every run it passes through is frozen. */
export type Story = ReturnType<typeof createStory>;

/** Begins with a run in the queue; `run` gives it another beginning. */
export function createStory(plan: PlanChange = {}, run: Partial<Run> = {}) {
  let current = deepFreeze(toRun({ plan: toPlan(plan), ...run }));
  let now: EpochMs = start;

  const tell = (input: Input): Run => {
    current = deepFreeze(decide(current, deepFreeze(input), now));
    return current;
  };
  const attempt = (): Attempt => {
    const last = current.attempts.at(-1);
    if (last === undefined) throw new Error('it has no attempt yet');
    return last;
  };
  const token = () => attempt().start.token;
  const about = (externalId: string | undefined) => (externalId === undefined ? {} : { externalId });

  const story = {
    run: () => current,
    now: () => now,
    attempt,
    token,
    tell,
    pass(seconds: number) {
      now += seconds * 1000;
    },
    /** Time passes until the run is due; then it is. */
    due() {
      if (current.dueAt === undefined) throw new Error(`it is ${current.status}, and never due`);
      now = Math.max(now, current.dueAt);
      return tell({ kind: 'due' });
    },
    dueNow: () => tell({ kind: 'due' }),
    cancel: () => tell({ kind: 'cancel-asked' }),
    /** The target's answer to a start; the live one if no other is named. */
    answer: (answer: StartAnswer, of = token()) => tell({ kind: 'start-answered', token: of, answer }),
    started: (externalId = 'task-1', startedAt: EpochMs | undefined = now) =>
      story.answer({ kind: 'started', externalId, ...(startedAt === undefined ? {} : { startedAt }) }),
    refused: (failure: FailureClass, reason = 'no') =>
      story.answer({ kind: 'refused', cause: { class: failure, reason } }),
    unknown: () => story.answer({ kind: 'unknown', reason: 'timed out' }),
    stopAnswered: (answer: StopAnswer, of = token(), key = `stop:${of}`) =>
      tell({ kind: 'stop-answered', key, token: of, answer }),
    reported: (news: News, of = token(), externalId?: string) =>
      tell({ kind: 'reported', report: { token: of, ...about(externalId), ...news } }),
    /** Somebody looked, `secondsAgo`, and found no trace. */
    absent: (secondsAgo = 0, of = token()) =>
      story.reported({ state: 'absent', lookedAt: now - secondsAgo * 1000 }, of),
    /** The job ends now, by itself; without a failure it succeeded. */
    ended: (failure?: Cause) =>
      story.reported({ state: 'ended', endedAt: now, ...(failure ? { failure } : {}) }),
    failed: (exitCode = 1) => story.ended(exited(exitCode)),
  };
  if (current.status === 'collecting' && run.status === undefined)
    tell({ kind: 'accepted', lostRecords: [] });
  return story;
}

/** The story of a run whose first attempt runs as `task-1`. */
export function createRunningStory(plan: PlanChange = {}): Story {
  const story = createStory(plan);
  story.dueNow();
  story.started();
  return story;
}

export function exited(exitCode: number): Cause {
  return { class: 'exit-code', reason: `exited with code ${exitCode}`, exitCode };
}

/** What a run owes, in order and in short: `start …-1-1`, `stop …-1-1 task-2`, `announce failed`. */
export function owed({ outbox }: Run): string[] {
  return outbox.map((effect) => toWords(effect));
}

function toWords(effect: Effect): string {
  if (effect.kind === 'announce') return `announce ${effect.announcement.what}`;
  const token = `…${effect.token.slice(effect.token.indexOf('-'))}`;
  const externalId = 'externalId' in effect ? [effect.externalId] : [];
  return [effect.kind, token, ...externalId].join(' ');
}

/** Of the newest announcement of that kind which is owed. */
export function keyOf({ outbox }: Run, what: string): string {
  const found = outbox.findLast((each) => each.kind === 'announce' && each.announcement.what === what);
  return found?.key ?? `no ${what} is owed`;
}
