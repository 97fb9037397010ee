import type { Cut } from './gate.ts';
import type { TargetName } from './jobs.ts';
import {
  type Again,
  type Leg,
  type Outcome,
  type Row,
  type RowOptions,
  runRow,
  type Variant,
} from './row.ts';

/** Rows that differ only in the call that is cut. */
export type Part = {
  readonly target: TargetName;
  readonly leg: Leg;
  readonly when: Cut['when'];
  readonly again: Again;
  readonly variant?: Variant;
  /** Rows for a second process that dies after each of so many calls. */
  readonly secondCalls?: number;
  /** Left out: at each of them. */
  readonly onlyCall?: number;
};

/** Rows wait for timers more than they work. */
const atOnce = 5;

const undisturbed = new Map<string, Promise<Outcome>>();

/** The same without a cut: its calls are those that the others are cut at. */
export function measure(target: TargetName, leg: Leg, variant: Variant, options: RowOptions = {}) {
  const key = `${target} ${leg} ${variant}`;
  const known = undisturbed.get(key) ?? runRow({ target, leg, again: 'at once', variant }, options);
  undisturbed.set(key, known);
  return known;
}

/** All rows of a part: one for each call, and the outcomes in their order. */
export async function runPart(part: Part, options: RowOptions = {}): Promise<readonly Outcome[]> {
  const { target, leg, when, again, variant = 'plain', secondCalls = 0, onlyCall } = part;
  const { calls } = await measure(target, leg, variant === 'large' ? 'large' : 'plain', options);
  const common = { target, leg, again, variant };
  const rows = calls.flatMap((_, index): readonly Row[] => {
    const call = index + 1;
    if (onlyCall !== undefined && call !== onlyCall) return [];
    const row: Row = { ...common, cut: { call, when } };
    if (secondCalls === 0) return [row];
    return Array.from({ length: secondCalls }, (_, second) => ({
      ...row,
      secondCut: { call: second + 1, when: 'after' },
    }));
  });
  const outcomes: Outcome[] = [];
  const left = [...rows.entries()];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, row] = next;
      outcomes[index] = await runRow(row, options);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (process.env['CRASH_TABLE'] === '1') print(outcomes, calls);
  return outcomes;
}

/** What is wrong, by row; empty when nothing is. */
export function findProblems(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap((outcome) =>
    outcome.problems.map((problem) => `${nameOf(outcome.row, outcome.calls)}: ${problem}`),
  );
}

/** As `fargate, dispatch, after call 4 (RunTask), an hour later, lapsed`. */
function nameOf({ target, leg, cut, secondCut, again, variant }: Row, calls: readonly string[]): string {
  const where = cut === undefined ? 'undisturbed' : `${cut.when} call ${cut.call} (${calls[cut.call - 1]})`;
  const second = secondCut === undefined ? [] : [`then after call ${secondCut.call}`];
  return [target, leg, where, again, ...second, ...(variant === 'plain' ? [] : [variant])].join(', ');
}

function print(outcomes: readonly Outcome[], calls: readonly string[]): void {
  const lines = outcomes.map(({ row, begun, mostAlive, status, problems }) => {
    const { target, leg, cut, secondCut, again, variant } = row;
    const call = cut === undefined ? '' : `${cut.call} ${calls[cut.call - 1]}`;
    const cells = [
      target.padEnd(13),
      leg.padEnd(8),
      call.padEnd(22),
      (cut?.when ?? '').padEnd(7),
      again.padEnd(13),
      ...(secondCut === undefined ? [] : [`then ${secondCut.call}`]),
      variant.padEnd(8),
      `begun ${begun.join('+')}`,
      `at once ${mostAlive}`,
      status,
    ];
    return [...cells, ...problems].join('  ');
  });
  process.stdout.write(`${lines.join('\n')}\n`);
}
