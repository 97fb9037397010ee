import type { Evidence, Violation } from './judge.ts';
import type { Line } from './output.ts';

const mostStories = 20;

/** What a run of the chaos test came to, line by line: counts, then the story of each run that is wrong. */
export function toSummary(
  { sent, kept, output }: Evidence,
  violations: readonly Violation[],
  faults: Readonly<Record<string, string | number>>,
  seconds: number,
): readonly string[] {
  const begins = [...output.values()].flat().filter(({ what }) => what === 'begin').length;
  const again = sent.reduce((sum, each) => sum + Math.max(each.sends - 1, 0), 0);
  const acknowledged = sent.filter((each) => each.acknowledged > 0).length;
  const statuses = Object.entries(Object.groupBy(kept, ({ run }) => run.status));
  const counts: Readonly<Record<string, string | number>> = {
    deliveries: `${sent.length}, of which ${acknowledged} acknowledged`,
    redeliveries: again,
    runs: `${kept.length}: ${statuses.map(([status, all]) => `${all.length} ${status}`).join(', ')}`,
    attempts: begins,
    ...faults,
    'duplicates found': violations.filter(({ what }) => isDuplicate(what)).length,
    'violations found': violations.length,
    seconds: seconds.toFixed(0),
  };
  return [
    ...Object.entries(counts).map(([name, count]) => `${name.padEnd(28)} ${count}`),
    ...toStories({ kept, output }, violations),
  ];
}

/** Faults that never happened, which proves nothing; in a short run some may not. */
export function toMissing(
  faults: Readonly<Record<string, string | number>>,
  deliveries: number,
): readonly Violation[] {
  if (deliveries < 200) return [];
  return Object.entries(faults).flatMap(([name, count]) =>
    count === 0 ? [{ what: `${name}: none in all that time` }] : [],
  );
}

function isDuplicate(what: string): boolean {
  return /^is in \d+ runs|began \d+ times|began before|lived on/.test(what);
}

function toStories({ kept, output }: Pick<Evidence, 'kept' | 'output'>, violations: readonly Violation[]) {
  const byRun = Map.groupBy(
    violations,
    ({ runId, number }) => runId ?? (number ? `number ${number}` : 'in all'),
  );
  return [...byRun].slice(0, mostStories).flatMap(([id, all]) => {
    const [{ number } = {}] = all;
    const runs = kept.filter(({ run, numbers }) => run.id === id || (number && numbers.includes(number)));
    return [
      '',
      ...all.map(({ what }) => `violation: ${id}: ${what}`),
      ...runs.flatMap(({ run, numbers }) => [
        `  the ledger, events ${numbers.join()}: ${JSON.stringify(run)}`,
        ...toLines(output.get(run.id)),
      ]),
      ...(runs.length > 0 ? [] : toLines(output.get(id))),
    ];
  });
}

/** Of a process's signs of life, the first and the last. */
function toLines(lines: readonly Line[] = []): readonly string[] {
  const isSame = (line: Line, other: Line | undefined) =>
    line.what === 'alive' && other?.what === 'alive' && line.pid === other.pid;
  return lines
    .filter((line, index) => !isSame(line, lines[index - 1]) || !isSame(line, lines[index + 1]))
    .map(({ text }) => `  its jobs: ${text}`);
}
