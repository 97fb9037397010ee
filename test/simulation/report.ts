import { type Counts, createCoverage } from './coverage.ts';
import { expected } from './expected.ts';
import type { Batch } from './workers.ts';

export type Summary = Batch & { readonly seconds: number };

/** Adds up what the workers tell. */
export function createReport() {
  const coverage = createCoverage();
  const violations: Batch['violations'][number][] = [];
  let schedules = 0;
  let steps = 0;
  return {
    add(batch: Batch): void {
      schedules += batch.schedules;
      steps += batch.steps;
      coverage.add(batch.counts);
      violations.push(...batch.violations);
    },
    summary: (seconds: number): Summary => ({
      schedules,
      steps,
      seconds,
      counts: coverage.counts(),
      violations: violations.sort((one, other) => one.seed - other.seed),
    }),
  };
}

/** What should have happened at least once, and did not. */
export function checkCoverage(counts: Counts): readonly string[] {
  return Object.entries(expected).flatMap(([kind, names]) =>
    names.filter((name) => !counts[kind]?.[name]).map((name) => `${kind}: ${name}`),
  );
}

export function showReport(
  { schedules, steps, seconds, counts, violations }: Summary,
  missing: readonly string[],
): string {
  const lines = [
    `${schedules} schedules, ${steps} events, ${seconds.toFixed(1)} s: ${(schedules / seconds).toFixed(0)} schedules a second`,
  ];
  for (const [kind, names] of Object.entries(counts)) {
    lines.push(`${kind}:`);
    for (const [name, count] of Object.entries(names)) lines.push(`  ${String(count).padStart(10)}  ${name}`);
  }
  for (const name of missing) lines.push(`never happened: ${name}`);
  const byInvariant = Map.groupBy(violations, ({ invariant }) => invariant);
  for (const [invariant, those] of byInvariant) {
    lines.push(
      `BROKEN ${those.length} times: ${invariant}; seeds ${those
        .slice(0, 10)
        .map(({ seed }) => seed)
        .join(' ')}`,
    );
  }
  const [first] = violations;
  if (first) {
    lines.push(`seed ${first.seed}: ${first.message}`, `node test/simulation/main.ts --seed ${first.seed}`);
  } else lines.push('no promise was broken');
  return lines.join('\n');
}
