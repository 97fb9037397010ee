import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { mutate } from './mutate.ts';
import { mutations } from './mutation-list.ts';
import { checkCoverage, createReport, showReport } from './report.ts';
import { playInWorkers } from './workers.ts';

/**
 * node test/simulation/main.ts --schedules 20000 [--from SEED] [--workers K]   plays schedules on all cores
 * node test/simulation/main.ts --seed N                                        plays one and shows what happened
 *
 * `--mutation NAME` puts a fault of mutation-list.ts into the product first; `--any-coverage` doesn't ask for everything
 * to have happened. Exit code 1 when a promise was broken, or something that should have happened did not.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    mutation: { type: 'string' },
    'any-coverage': { type: 'boolean', default: false },
  },
});

const mutation = mutations.find(({ name }) => name === values.mutation);
if (values.mutation !== undefined && mutation === undefined)
  throw new Error(
    `no mutation is named "${values.mutation}"; there are: ${mutations.map(({ name }) => name).join(', ')}`,
  );

if (values.seed !== undefined) await show(toNumber(values.seed, '--seed'));
else await playAll();

async function show(seed: number): Promise<void> {
  if (mutation) mutate(mutation);
  const { playSchedule } = await import('./schedule.ts');
  const { lines, violation, hash, steps } = await playSchedule(seed, { isTraced: true });
  for (const line of lines) console.log(line);
  console.log(
    `seed ${seed}: ${violation?.message ?? 'no promise was broken'} (${steps} steps, trace ${hash})`,
  );
  process.exitCode = violation ? 1 : 0;
}

async function playAll(): Promise<void> {
  const begun = performance.now();
  const report = createReport();
  await playInWorkers({
    from: toNumber(values.from, '--from'),
    schedules: toNumber(values.schedules, '--schedules'),
    workers: toNumber(values.workers, '--workers'),
    mutation: values.mutation,
    onPlayed: report.add,
  });
  const summary = report.summary((performance.now() - begun) / 1000);
  const missing = values['any-coverage'] ? [] : checkCoverage(summary.counts);
  console.log(showReport(summary, missing));
  process.exitCode = summary.violations.length > 0 || missing.length > 0 ? 1 : 0;
}

function toNumber(text: string, option: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${option} is "${text}", expected a whole number`);
}
