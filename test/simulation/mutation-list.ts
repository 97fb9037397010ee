/** A fault put into the product on purpose, and the invariants of which one has to catch it. */
export type Mutation = {
  readonly name: string;
  readonly file: string;
  /** Each text occurs once, and is replaced. */
  readonly changes: readonly (readonly [find: string, replace: string])[];
  readonly caughtBy: readonly string[];
};

const oneLive = 'at most one live attempt per run';
const ends = 'every run ends by its deadline plus the sweep';
const inLedger = 'acknowledged ⇒ in the ledger';
const livesOn = 'nothing ends while its job lives';

export const mutations: readonly Mutation[] = [
  {
    name: 'drop the revision check',
    file: 'shared/ledgers/dynamodb/runs.ts',
    changes: [["that: 'revision = :old',", "that: 'revision = :old OR attribute_exists(pk)',"]],
    caughtBy: ['a save from an older run is refused'],
  },
  {
    name: 'act before saving',
    file: 'shared/runs/engine.ts',
    changes: [
      [
        'const saved = await ledger.save(decided);',
        "for (const owed of decided.outbox) if (owed.kind === 'start' && owed.notBefore <= now()) await perform(world, decided, owed, { by: now() + youngMs });\n      const saved = await ledger.save(decided);",
      ],
    ],
    caughtBy: ['what is started was saved before'],
  },
  {
    name: 'forget the outbox',
    file: 'shared/runs/outbox.ts',
    changes: [
      [
        'const failures = (effect.failures ?? 0) + 1;',
        "if (effect.kind === 'announce') return withoutEffect(run, key);\n  const failures = (effect.failures ?? 0) + 1;",
      ],
    ],
    caughtBy: ['every owed announcement is delivered'],
  },
  {
    name: 'reuse a token for a changed request',
    file: 'shared/runs/on-due.ts',
    changes: [['toToken(run.id, next.attempt, next.start)', 'toToken(run.id, next.attempt, 1)']],
    caughtBy: ['a token always stands for the same request'],
  },
  {
    name: 'a new token after an unknown outcome',
    file: 'shared/runs/on-start-answered.ts',
    changes: [
      [
        "case 'unknown':\n      return repeatStart(run, { ...attempt, start: { ...attempt.start, unknownAt: now } }, now);",
        "case 'unknown':\n      return refuseStart(run, { class: 'target-unavailable', reason: answer.reason }, now);",
      ],
    ],
    caughtBy: [oneLive, livesOn],
  },
  {
    name: 'forget the sweep',
    file: 'shared/router/sweep.ts',
    changes: [["engine.tell(id, { kind: 'due' }),", 'ledger.load(id),']],
    caughtBy: [ends],
  },
  {
    name: 'forget those in line when sweeping',
    file: 'shared/router/sweep-line.ts',
    changes: [['const reminders = line.filter(', 'const reminders = line.slice(0, 0).filter(']],
    caughtBy: [ends],
  },
  {
    name: 'claim before storing the event',
    file: 'shared/ledgers/dynamodb/accept.ts',
    changes: [
      [
        'const put = await events.put(draft);',
        'if (tries === 0) await claims.claim(run, draft.claims);\n      const put = await events.put(draft);',
      ],
    ],
    caughtBy: [inLedger],
  },
  {
    name: 'end before the target ended',
    file: 'shared/runs/decide.ts',
    changes: [
      [
        "return answer.kind === 'never-started' && isLive && run.status === 'stopping'",
        "return isLive && run.status === 'stopping'",
      ],
    ],
    caughtBy: [livesOn],
  },
  {
    name: 'count a start as an attempt',
    file: 'shared/runs/transitions.ts',
    changes: [
      [
        'next: { attempt: attempt.number, start: attempt.start.number + 1, at },\n  };\n}\n\n/** starting, running or stopping',
        'next: { attempt: attempt.number + 1, start: 1, at },\n  };\n}\n\n/** starting, running or stopping',
      ],
    ],
    caughtBy: ['only a job that ran and failed uses an attempt', 'attempts ≤ maximum'],
  },
  {
    name: 'trust MISSING',
    file: 'shared/runs/on-reported.ts',
    changes: [
      ['if (absentSince === undefined) {', 'if (absentSince === undefined && lookedAt < 0) {'],
      ['if (lookedAt - absentSince < lostAfterMs) return told;', ''],
    ],
    caughtBy: [livesOn, oneLive],
  },
  {
    name: 'acknowledge before saving',
    file: 'shared/router/trigger.ts',
    changes: [
      [
        'const routed = await router.route(delivery);',
        'void router.route(delivery).catch(() => {});\n      const routed = { dispatched: [], unrecorded: [] };',
      ],
    ],
    caughtBy: [inLedger],
  },
  {
    name: 'swallow what could not be recorded',
    file: 'shared/router/router.ts',
    changes: [[': { job, records: draft.records, error };', ': { job, records: [], error };']],
    caughtBy: [inLedger],
  },
  {
    name: 'leave those who were cut off',
    file: 'shared/ledgers/dynamodb/accept.ts',
    changes: [['const open = [...holders];', 'const open = holders.slice(holders.length);']],
    caughtBy: [inLedger],
  },
  {
    name: 'take a refusal of a repeat for definite',
    file: 'shared/runs/on-start-answered.ts',
    changes: [['>= visibleAfterMs;', '>= 0;']],
    caughtBy: [oneLive, livesOn],
  },
  {
    name: 'leave strangers alone',
    file: 'shared/runs/live-start.ts',
    changes: [['if (ended) return run;', 'if (ended || now > 0) return run;']],
    caughtBy: ['a duplicate is stopped within one sweep', livesOn],
  },
  {
    name: 'ask for a stop once',
    file: 'shared/runs/on-due.ts',
    changes: [['return askToStop(run, run.stopping.reason, now);\n}', 'return { ...run };\n}']],
    caughtBy: [ends],
  },
  {
    name: 'start after a cancel',
    file: 'shared/runs/decide.ts',
    changes: [
      [
        "return endRun(run, 'cancelled', { class: 'stopped', reason: 'cancelled before it was started' }, now);",
        'return run;',
      ],
    ],
    caughtBy: ['nothing is started after cancel was confirmed'],
  },
  {
    name: 'never stop what runs too long',
    file: 'shared/runs/on-due.ts',
    changes: [
      [
        "if (run.status === 'running' && now >= toEndBy(run, attempt)) return askToStop(run, 'timeout', now);",
        '',
      ],
    ],
    caughtBy: [ends],
  },
  {
    name: 'forget the cause',
    file: 'shared/runs/transitions.ts',
    changes: [['...(cause ? { cause } : {}) }, status, now);', '}, status, now);']],
    caughtBy: ['no finished run without a cause, unless it succeeded'],
  },
  {
    name: 'drop the event of a run that was known',
    file: 'shared/ledgers/dynamodb/accept.ts',
    changes: [['if (origin !== entry.origin) await events.drop(entry);', 'await events.drop(entry);']],
    caughtBy: [
      "a failed run's event is still there",
      'acknowledged ⇒ in the ledger',
      'nothing unexpected is thrown',
    ],
  },
  {
    name: 'start what was held up',
    file: 'shared/runs/perform.ts',
    changes: [['if (world.now() > by) return tooLate;', '']],
    caughtBy: ['nothing is started after cancel was confirmed', oneLive],
  },
  {
    name: 'forget that others may be starting it',
    file: 'shared/runs/engine.ts',
    changes: [
      [
        'if (start === undefined || owed === undefined) return [];',
        'if (start?.token !== undefined) return [];\n  if (start === undefined || owed === undefined) return [];',
      ],
    ],
    caughtBy: [oneLive, livesOn],
  },
];
