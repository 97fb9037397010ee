import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Mutation, mutations } from './mutation-list.ts';
import { type Batch, playInWorkers } from './workers.ts';

/**
 * node test/simulation/mutations.ts [--schedules 8000] [--only NAME]
 *
 * Proves that the simulation bites: each fault of mutation-list.ts is put into the product, and schedules are played until
 * an invariant that is named for it is broken. Exit code 1 when one is not caught.
 */
const { values } = parseArgs({
  options: { schedules: { type: 'string', default: '8000' }, only: { type: 'string' } },
});

const chosen = mutations.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`no mutation is named "${values.only}"`);
let missed = 0;
for (const mutation of chosen) if (!(await isCaught(mutation))) missed++;
console.log(`${chosen.length - missed} of ${chosen.length} mutations are caught`);
process.exitCode = missed > 0 ? 1 : 0;

async function isCaught({ name, caughtBy }: Mutation): Promise<boolean> {
  const begun = performance.now();
  const broken: Batch['violations'][number][] = [];
  let played = 0;
  await playInWorkers({
    from: 1,
    schedules: Number(values.schedules),
    workers: availableParallelism(),
    mutation: name,
    until: caughtBy,
    onPlayed({ schedules, violations }) {
      played += schedules;
      broken.push(...violations);
    },
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const catcher = broken.find(({ invariant }) => caughtBy.includes(invariant));
  const others = [...new Set(broken.map(({ invariant }) => invariant))].filter(
    (each) => !caughtBy.includes(each),
  );
  const aside = others.length > 0 ? `; also broken: ${others.join(', ')}` : '';
  console.log(
    catcher
      ? `caught      ${name}: ${catcher.message} (seed ${catcher.seed}, ${played} schedules, ${seconds} s${aside})`
      : `NOT CAUGHT  ${name} in ${played} schedules, ${seconds} s${aside}`,
  );
  return catcher !== undefined;
}
