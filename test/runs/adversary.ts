import fc from 'fast-check';
import { type Cause, type FailureClass, failureClasses } from '../../shared/runs/failure.ts';
import type { Input } from '../../shared/runs/input.ts';
import type { Plan } from '../../shared/runs/plan.ts';
import { type EpochMs, liveAttempt, type Run, type Try, toToken } from '../../shared/runs/run.ts';
import type { StartAnswer, StopAnswer } from '../../shared/targets/target.ts';
import { toPlan } from '../support/draft.ts';
import type { News } from '../support/story.ts';

/** Something that happens, before it is known to which token: that depends on the run it happens to. */
export type Step =
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'due'; readonly when: 'now' | 'on time' | 'late' }
  | { readonly kind: 'accepted'; readonly lostRecords: readonly number[] }
  /** How far off its hour is, or that there is none. */
  | { readonly kind: 'placed'; readonly seconds: number | 'none' }
  | { readonly kind: 'cancel-asked' }
  | { readonly kind: 'look-asked'; readonly whom: Whom; readonly externalId: string }
  | { readonly kind: 'start-answered'; readonly whom: Whom; readonly answer: StartAnswer }
  | {
      readonly kind: 'stop-answered';
      readonly whom: Whom;
      readonly isOwed: boolean;
      readonly answer: StopAnswer;
    }
  | { readonly kind: 'reported'; readonly whom: Whom; readonly externalId?: string; readonly news: News }
  | {
      readonly kind: 'effect-done' | 'effect-failed';
      /** The nth effect that is owed, or one that never was. */
      readonly owed: number | 'foreign';
    };

/** `live`: the newest token; `older`: one before it; `unused`: one that a later attempt or start may have. */
type Whom = 'live' | 'older' | 'unused' | 'foreign';

/** The input that a step is for this run, and when it comes. `tokens`: those used so far, the newest last. */
export function toInput(
  step: Step,
  run: Run,
  tokens: readonly string[],
  now: EpochMs,
): { readonly input: Input | undefined; readonly now: EpochMs } {
  switch (step.kind) {
    case 'pass':
      return { input: undefined, now: now + step.seconds * 1000 };
    case 'due': {
      const due = step.when === 'now' ? now : Math.max(now, run.dueAt ?? now);
      return { input: { kind: 'due' }, now: step.when === 'late' ? due + 45_000 : due };
    }
    case 'accepted':
      return { input: { kind: 'accepted', lostRecords: step.lostRecords }, now };
    case 'placed': {
      const hour = step.seconds === 'none' ? undefined : now + step.seconds * 1000;
      return { input: { kind: 'placed', hour, most: 2 }, now };
    }
    case 'cancel-asked':
      return { input: { kind: 'cancel-asked' }, now };
    case 'look-asked': {
      const token = toTokenOf(step.whom, run, tokens);
      return { input: { kind: 'look-asked', token, externalId: step.externalId }, now };
    }
    case 'start-answered': {
      const token = toTokenOf(step.whom, run, tokens);
      return { input: { kind: 'start-answered', token, answer: shifted(step.answer, now) }, now };
    }
    case 'stop-answered': {
      const token = toTokenOf(step.whom, run, tokens);
      const owed = run.outbox.find((effect) => effect.kind === 'stop');
      const key = step.isOwed && owed ? owed.key : `stop:${token}`;
      return { input: { kind: 'stop-answered', key, token, answer: step.answer }, now };
    }
    case 'reported': {
      const about = {
        token: toTokenOf(step.whom, run, tokens),
        ...(step.externalId === undefined ? {} : { externalId: step.externalId }),
      };
      return { input: { kind: 'reported', report: { ...about, ...shifted(step.news, now) } }, now };
    }
    case 'effect-done':
    case 'effect-failed': {
      const key = step.owed === 'foreign' ? 'describe:nothing' : run.outbox[step.owed]?.key;
      return { input: { kind: step.kind, key: key ?? 'announce:nothing:1' }, now };
    }
  }
}

/** Lengths of time are short beside a test's steps, so that each limit is met now and then. */
export function plans(): fc.Arbitrary<Plan> {
  const seconds = fc.constantFrom(5, 60, 900);
  return fc
    .record({
      timeoutSeconds: seconds,
      startTimeoutSeconds: seconds,
      stopTimeoutSeconds: fc.constantFrom(0, 10, 120),
      retry: fc.record({
        attempts: fc.integer({ min: 1, max: 3 }),
        intervalSeconds: fc.constantFrom(0, 5),
        multiplier: fc.constantFrom(1, 2),
        jitter: fc.constantFrom('none', 'full'),
        retryOn: fc.constantFrom<Plan['retry']['retryOn'][]>(
          [],
          ['exit-code', 'timed-out', 'interrupted', 'out-of-memory', 'image-pull', 'lost'],
          ['timed-out', { exitCodes: [75] }],
        ),
      }),
    })
    .chain((plan) =>
      fc.constantFrom(toPlan(plan), toPlan(plan), toPlan(plan), toPlan({ ...plan, maxRunsPerHour: 2 })),
    );
}

export function steps(maxLength = 40): fc.Arbitrary<Step[]> {
  return fc.array(step(), { maxLength, size: 'max' });
}

function step(): fc.Arbitrary<Step> {
  const whom = fc.oneof(
    { weight: 6, arbitrary: fc.constant('live' as const) },
    { weight: 2, arbitrary: fc.constant('older' as const) },
    { weight: 1, arbitrary: fc.constantFrom('unused' as const, 'foreign' as const) },
  );
  const isOwed = fc.boolean();
  const externalId = fc.option(names(), { nil: undefined });
  const lostRecords = fc.constantFrom([], [0], [0, 2]);
  const owed = fc.oneof(fc.nat({ max: 3 }), fc.constant('foreign' as const));
  return fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: durations() }) },
    {
      weight: 7,
      arbitrary: fc.record({
        kind: fc.constant('due' as const),
        when: fc.constantFrom('now' as const, 'on time' as const, 'on time' as const, 'late' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('accepted' as const), lostRecords }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('placed' as const),
        seconds: fc.constantFrom(-1800, -60, 0, 5, 60, 3600, 'none' as const),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'cancel-asked' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('look-asked' as const), whom, externalId: names() }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('start-answered' as const), whom, answer: startAnswers() }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('stop-answered' as const),
        whom,
        isOwed,
        answer: stopAnswers(),
      }),
    },
    {
      weight: 8,
      arbitrary: fc
        .record({ whom, externalId, news: news() })
        // Whoever sees a thing that waits to run has seen its name.
        .map(({ whom, externalId, news }): Step => {
          const name = externalId ?? (news.state === 'pending' ? 'task-a' : undefined);
          return { kind: 'reported', whom, news, ...(name === undefined ? {} : { externalId: name }) };
        }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('effect-done' as const, 'effect-failed' as const),
        owed,
      }),
    },
  );
}

function names(): fc.Arbitrary<string> {
  return fc.constantFrom('task-a', 'task-a', 'task-a', 'task-b');
}

function durations(): fc.Arbitrary<number> {
  return fc.constantFrom(0, 0.5, 1, 5, 30, 60, 599, 600, 3600);
}

function causes(): fc.Arbitrary<Cause> {
  const failed = (exitCode: number): Cause => ({
    class: 'exit-code',
    reason: `exited with code ${exitCode}`,
    exitCode,
  });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...failureClasses).map(toCause) },
    { weight: 1, arbitrary: fc.constantFrom(1, 75).map(failed) },
  );
}

function toCause(failure: FailureClass): Cause {
  return { class: failure, reason: `it was ${failure}` };
}

/** Times are relative to when the step happens, in milliseconds; `shifted` makes dates of them. */
function startAnswers(): fc.Arbitrary<StartAnswer> {
  const startedAt = fc.constantFrom(-5000, 0, 5000);
  return fc.oneof(
    fc.record({ kind: fc.constant('started' as const), externalId: names() }),
    fc.record({ kind: fc.constant('started' as const), externalId: names(), startedAt }),
    fc.record({ kind: fc.constant('started' as const), externalId: names(), startedAt, endedAt: startedAt }),
    fc.record({ kind: fc.constant('refused' as const), cause: causes() }),
    fc.constant({ kind: 'unknown' as const, reason: 'timed out' }),
  );
}

function stopAnswers(): fc.Arbitrary<StopAnswer> {
  return fc.constantFrom(
    { kind: 'asked' },
    { kind: 'never-started' },
    { kind: 'unknown', reason: 'timed out' },
  );
}

function news(): fc.Arbitrary<News> {
  const at = fc.constantFrom(-90_000, -5000, 0, 5000);
  return fc.oneof(
    fc.constant({ state: 'pending' as const }),
    fc.record({ state: fc.constant('running' as const), startedAt: at }),
    fc.record({ state: fc.constant('ended' as const), endedAt: at }),
    fc.record({ state: fc.constant('ended' as const), endedAt: at, failure: causes() }),
    fc.record({ state: fc.constant('ended' as const), startedAt: at, endedAt: at, failure: causes() }),
    fc.record({ state: fc.constant('never-started' as const), cause: causes() }),
    fc.record({ state: fc.constant('tried' as const), try: tries() }),
    fc.record({ state: fc.constant('absent' as const), lookedAt: fc.constantFrom(-90_000, -5000, 0, 0) }),
  );
}

function tries(): fc.Arbitrary<Try> {
  const number = fc.integer({ min: 1, max: 3 });
  const job = fc.record({ number, externalId: fc.constantFrom('job-a', 'job-b') });
  const ended = { endedAt: fc.constantFrom(1, 2), failure: causes() };
  return fc.oneof(job, fc.record({ number, externalId: fc.constantFrom('job-a', 'job-b'), ...ended }));
}

function shifted<T extends object>(told: T, now: EpochMs): T {
  return {
    ...told,
    ...('startedAt' in told && typeof told.startedAt === 'number' ? { startedAt: now + told.startedAt } : {}),
    ...('lookedAt' in told && typeof told.lookedAt === 'number' ? { lookedAt: now + told.lookedAt } : {}),
    ...('endedAt' in told && typeof told.endedAt === 'number' ? { endedAt: now + told.endedAt } : {}),
  };
}

function toTokenOf(whom: Whom, run: Run, tokens: readonly string[]): string {
  const newest = tokens.at(-1) ?? toToken(run.id, 1, 1);
  const attempt = liveAttempt(run);
  switch (whom) {
    case 'live':
      return newest;
    case 'older':
      return tokens.at(-2) ?? newest;
    case 'unused':
      return toToken(run.id, attempt?.number ?? 1, (attempt?.start.number ?? 1) + 1);
    case 'foreign':
      return toToken('zzzzzzzzzzzzzzzzzzzzzzzzzz', 1, 1);
  }
}
