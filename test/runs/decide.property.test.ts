import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/runs/decide.ts';
import type { Input } from '../../shared/runs/input.ts';
import { lacksPlace } from '../../shared/runs/on-due.ts';
import type { Plan } from '../../shared/runs/plan.ts';
import { type EpochMs, isFinished, liveAttempt, type Run } from '../../shared/runs/run.ts';
import type { Report } from '../../shared/targets/target.ts';
import { start, toRun } from '../support/draft.ts';
import { plans, type Step, steps, toInput } from './adversary.ts';
import { createWitness, type Decide, type Witness } from './promises.ts';

/** How many lives are lived in a default run; FC_RUNS=20000 for a long one. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

type Life = { readonly run: Run; readonly now: EpochMs; readonly witness: Witness };

/** A run to which the steps happen, one after the other, whatever they are. */
function live(by: Decide, plan: Plan, happenings: readonly Step[]): Life {
  const witness = createWitness();
  let now = start;
  let run = witness.tell(by, toRun({ plan }), { kind: 'accepted', lostRecords: [] }, now);
  for (const step of happenings) {
    const { input, now: then } = toInput(step, run, witness.tokens, now);
    now = then;
    if (input) run = witness.tell(by, run, input, now);
  }
  return { run, now, witness };
}

describe('decide, told anything by anyone', () => {
  it('keeps every promise that holds at each step', () => {
    fc.assert(
      fc.property(plans(), steps(), (plan, happenings) => {
        live(decide, plan, happenings);
      }),
      { numRuns },
    );
  });

  it('meets each status, and lives that are long enough to matter', () => {
    const met = new Map<string, number>();
    const lives = fc.sample(fc.tuple(plans(), steps()), { numRuns: 500, seed: 7 });
    for (const [plan, happenings] of lives) {
      const { run, witness } = live(decide, plan, happenings);
      met.set(run.status, (met.get(run.status) ?? 0) + 1);
      if (witness.tokens.length > 2) met.set('several starts', (met.get('several starts') ?? 0) + 1);
      if (run.attempts.length > 1) met.set('several attempts', (met.get('several attempts') ?? 0) + 1);
    }
    for (const name of ['queued', 'starting', 'running', 'waiting', 'stopping', 'succeeded', 'failed']) {
      expect(met.get(name) ?? 0, name).toBeGreaterThan(0);
    }
    for (const name of ['timed-out', 'cancelled', 'several starts', 'several attempts']) {
      expect(met.get(name) ?? 0, name).toBeGreaterThan(0);
    }
  });
});

describe('decide, once the target answers honestly', () => {
  it.each(['goes on for ever', 'is gone without a trace', 'never started', 'ends by itself'] as const)(
    'ends every run by its own dates alone when what it started %s',
    (nature) => {
      fc.assert(
        fc.property(plans(), steps(15), (plan, happenings) => {
          const life = live(decide, plan, happenings);
          expect(lookUntilFinished(life, nature)).toBeLessThan(400);
        }),
        { numRuns: Math.ceil(numRuns / 4) },
      );
    },
  );
});

type Nature = 'goes on for ever' | 'is gone without a trace' | 'never started' | 'ends by itself';

/** Gives the run nothing but its turn when it is due, and honest answers. Gives how often it was looked at. */
function lookUntilFinished({ run: begun, now: then, witness }: Life, nature: Nature): number {
  let run = begun;
  let now = then;
  const target = createHonestTarget(nature);
  for (let looks = 0; looks < 1000; looks++) {
    if (isFinished(run) && run.outbox.length === 0) return looks;
    if (run.dueAt === undefined) throw new Error(`it is ${run.status} and never due`);
    now = Math.max(now, run.dueAt);
    if (lacksPlace(run, now)) run = witness.tell(decide, run, { kind: 'placed', hour: now, most: 2 }, now);
    run = witness.tell(decide, run, { kind: 'due' }, now);
    // A chain of effects: what was performed brings news, which may owe more.
    for (let link = 0; link < 20; link++) {
      const owed = run.outbox.filter(({ notBefore }) => notBefore <= now);
      const inputs = owed.flatMap((effect) => target.perform(run, effect, now));
      if (inputs.length === 0) break;
      for (const input of inputs) run = witness.tell(decide, run, input, now);
    }
  }
  throw new Error(`after 1000 looks it's still ${run.status}, ${JSON.stringify(run.outbox)}`);
}

function createHonestTarget(nature: Nature) {
  const ended = new Map<string, EpochMs>();
  const started = new Set<string>();

  return {
    perform(run: Run, effect: Run['outbox'][number], now: EpochMs): Input[] {
      const { key } = effect;
      switch (effect.kind) {
        case 'announce':
          return [{ kind: 'effect-done', key }];
        case 'start':
          started.add(effect.token);
          return [
            {
              kind: 'start-answered',
              token: effect.token,
              answer: { kind: 'started', externalId: nameOf(run) },
            },
          ];
        case 'stop': {
          const { token } = effect;
          if (nature === 'never started' && !started.has(token)) {
            return [{ kind: 'stop-answered', key, token, answer: { kind: 'never-started' } }];
          }
          ended.set(token, now);
          return [{ kind: 'stop-answered', key, token, answer: { kind: 'asked' } }];
        }
        case 'describe':
          return [
            { kind: 'reported', report: look(run, effect.token, now) },
            { kind: 'effect-done', key },
          ];
      }
    },
  };

  function look(run: Run, token: string, now: EpochMs): Report {
    const about = { token, externalId: nameOf(run) };
    const endedAt = ended.get(token) ?? (nature === 'ends by itself' ? now : undefined);
    const cause = { class: 'no-capacity', reason: 'none left' } as const;
    if (nature === 'is gone without a trace') return { token, state: 'absent', lookedAt: now };
    if (nature === 'never started' && !started.has(token)) return { token, state: 'never-started', cause };
    if (endedAt !== undefined) {
      const failure = { class: 'exit-code', reason: 'exited with code 1', exitCode: 1 } as const;
      return { ...about, state: 'ended', endedAt, failure };
    }
    return { ...about, state: 'running', startedAt: now };
  }

  function nameOf(run: Run): string {
    return liveAttempt(run)?.start.externalId ?? 'task-a';
  }
}

describe('the promises can be broken: an engine that', () => {
  const broken: Readonly<Record<string, Decide>> = {
    'lets a finished run succeed after all': (run, input, now) =>
      run.status === 'failed' && input.kind === 'reported' && input.report.state === 'ended'
        ? { ...run, status: 'succeeded' }
        : decide(run, input, now),
    'uses an attempt up for a refused start': (run, input, now) => {
      const after = decide(run, input, now);
      const { next } = after;
      const isRefused = input.kind === 'start-answered' && input.answer.kind === 'refused';
      return isRefused && next && after !== run
        ? { ...after, next: { ...next, attempt: next.attempt + 1, start: 1 } }
        : after;
    },
    'starts anew when an answer is unknown': (run, input, now) =>
      input.kind === 'start-answered' && input.answer.kind === 'unknown'
        ? decide(run, { ...input, answer: { kind: 'refused', cause: throttled } }, now)
        : decide(run, input, now),
    'believes a throttled target after an unknown answer': (run, input, now) =>
      decide(
        input.kind === 'start-answered' && input.answer.kind === 'refused' ? withoutUnknownAnswers(run) : run,
        input,
        now,
      ),
    'forgets when a stopping run is due': (run, input, now) => {
      const { dueAt: _, ...after } = decide(run, input, now);
      return after.status === 'stopping' ? after : decide(run, input, now);
    },
    'goes on after a cancel': (run, input, now) =>
      input.kind === 'cancel-asked' && run.status === 'waiting' ? run : decide(run, input, now),
    'drops announcements when it ends': (run, input, now) => {
      const after = decide(run, input, now);
      return isFinished(after) && !isFinished(run) ? { ...after, outbox: after.outbox.slice(-1) } : after;
    },
    'takes the end of any task for the end of its own': (run, input, now) => {
      const token = liveAttempt(run)?.start.token;
      return input.kind === 'reported' && token !== undefined && input.report.state === 'ended'
        ? decide(run, { ...input, report: { ...input.report, token } }, now)
        : decide(run, input, now);
    },
    'holds what has begun': (run, input, now) =>
      input.kind === 'placed' && input.hour !== undefined && run.status === 'running'
        ? { ...run, status: 'waiting', place: input.hour, held: { until: input.hour, most: input.most } }
        : decide(run, input, now),
    'begins without a place': (run, input, now) => {
      const { maxRunsPerHour: _, ...plan } = run.plan;
      return { ...decide({ ...run, plan }, input, now), plan: run.plan };
    },
    'changes its place for a later one': (run, input, now) => {
      const { place: _, ...rest } = run;
      return decide(input.kind === 'placed' ? rest : run, input, now);
    },
    'begins before the hour of its place': (run, input, now) =>
      input.kind === 'due' && run.held && run.next
        ? decide({ ...run, next: { ...run.next, at: now }, dueAt: now }, input, now)
        : decide(run, input, now),
    'draws lots': (run, input, now) => {
      const after = decide(run, input, now);
      return after.next ? { ...after, next: { ...after.next, at: after.next.at + Math.random() } } : after;
    },
    'gives one attempt too many': (run, input, now) => {
      const { retry } = run.plan;
      const generous = { ...run, plan: { ...run.plan, retry: { ...retry, attempts: retry.attempts + 1 } } };
      return { ...decide(generous, input, now), plan: run.plan };
    },
    'reads the clock into the request': (run, input, now) => {
      const after = decide(run, input, now);
      const last = after.attempts.at(-1);
      return last && after.status === 'starting'
        ? {
            ...after,
            attempts: [
              ...after.attempts.slice(0, -1),
              { ...last, start: { ...last.start, deadlineAt: now } },
            ],
          }
        : after;
    },
  };

  it.each(Object.keys(broken))('%s is found out', (name) => {
    const by = broken[name];
    if (by === undefined) throw new Error(`there is no ${name}`);
    const found = fc.check(
      fc.property(plans(), steps(), (plan, happenings) => {
        live(by, plan, happenings);
      }),
      { numRuns: 2000, seed: 11, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
    expect(String(found.errorInstance)).toContain('broken: ');
  });
});

const throttled = { class: 'throttled', reason: 'too many requests' } as const;

function withoutUnknownAnswers(run: Run): Run {
  const attempts = run.attempts.map((attempt) => ({
    ...attempt,
    start: { ...attempt.start, unknownAnswers: 0 },
  }));
  return { ...run, attempts };
}
