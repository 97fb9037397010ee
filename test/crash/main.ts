/** `node --run test:crash`: the whole crash test, with its figures. Exits 1 when anything was lost or doubled. */
import { crash } from './crash.ts';
import { windows } from './windows.ts';

const result = await crash({ runs: 200, killsPerWindow: 20, randomKills: 30, mostSeconds: 600 });
for (const name of [...windows, 'at random'] as const)
  process.stdout.write(`${String(result.kills[name]).padStart(4)} kills ${name}\n`);
process.stdout.write(`${result.finished} of 200 runs finished in ${result.seconds.toFixed(0)} s\n`);
for (const violation of result.violations) process.stdout.write(`violation: ${violation}\n`);
const tooFew = windows.filter((name) => result.kills[name] < 20);
for (const name of tooFew) process.stdout.write(`too few kills ${name}\n`);
process.exitCode = result.violations.length === 0 && tooFew.length === 0 ? 0 : 1;
