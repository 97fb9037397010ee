import { describe, expect, it } from 'vitest';
import type { TargetName } from './jobs.ts';
import type { Again, Leg, RowOptions } from './row.ts';
import { findProblems, measure, type Part, runPart } from './table.ts';

/**
 * Rows of the other legs and with further variants, and those that are left out by default: who dies before a call
 * leaves the same behind as who dies after the call before it. Only what the sender of a delivery was told differs,
 * which matters where it never comes again.
 */
export const hasAllRows = process.env['CRASH_TABLE_ROWS'] === 'all';

const mostMs = 120_000;
export const agains: readonly Again[] = ['at once', 'an hour later', 'never'];

type Calls = Readonly<Partial<Record<Leg, readonly string[]>>>;

/** A row for each call of each leg, before and after it, and for each way in which it goes on. */
export function describeTable(target: TargetName, calls: Calls): void {
  const legs = legsOf(calls);

  it.each(legs)('makes these calls when nothing goes wrong: %s', async (leg) => {
    const outcome = await measure(target, leg, 'plain');
    expect(outcome.problems).toEqual([]);
    expect(outcome.calls).toEqual(calls[leg]);
  });

  const cutLegs = hasAllRows ? legs : legs.filter((leg) => leg === 'dispatch');
  describe.each(cutLegs)('is started once per attempt when a process dies in its %s', (leg) => {
    const count = calls[leg]?.length;
    it.each(hasAllRows ? agains : agains.slice(0, 2))(
      'after any call; it comes again: %s',
      { timeout: mostMs },
      (again) => expectOneJobPerAttempt({ target, leg, when: 'after', again }, count),
    );

    it.each(agains)(
      'before any call that makes a difference; it comes again: %s',
      { timeout: mostMs },
      (again) => {
        const isEach = hasAllRows || (leg === 'dispatch' && again === 'never');
        const part: Part = { target, leg, when: 'before', again };
        return isEach
          ? expectOneJobPerAttempt(part, count)
          : expectOneJobPerAttempt({ ...part, onlyCall: 1 }, 1);
      },
    );
  });

  it('is started once per attempt when all news come twice, in any order', { timeout: mostMs }, () =>
    expectOneJobPerAttempt({
      target,
      leg: 'dispatch',
      when: 'after',
      again: 'at once',
      variant: 'shuffled',
    }),
  );

  if (!hasAllRows) return;
  describe.each(legs)('is started once per attempt, in more rows of its %s,', (leg) => {
    const rest: readonly Omit<Part, 'target' | 'leg'>[] = [
      { when: 'held up', again: 'at once' },
      ...agains.map((again) => ({ when: 'after', again, variant: 'heard' }) as const),
      ...agains.map((again) => ({ when: 'after', again, variant: 'shuffled' }) as const),
      ...agains.map((again) => ({ when: 'after', again, secondCalls: 8 }) as const),
    ];
    it.each(rest)('$when any call, which comes again $again ($variant)', { timeout: 600_000 }, (part) =>
      expectOneJobPerAttempt({ target, leg, ...part }),
    );
  });
}

/** Fails with the names of the rows that are wrong. */
export async function expectOneJobPerAttempt(part: Part, rows?: number, options?: RowOptions): Promise<void> {
  const outcomes = await runPart(part, options);
  if (rows !== undefined) expect(outcomes).toHaveLength(rows);
  expect(outcomes.length).toBeGreaterThan(0);
  expect(findProblems(outcomes)).toEqual([]);
}

function legsOf(calls: Calls): readonly Leg[] {
  return (['dispatch', 'failure', 'turn', 'end'] as const).filter((leg) => calls[leg] !== undefined);
}
