import { readEnvironment } from './environment.ts';
import { runCommandLine } from './program.ts';
import { toAsk } from './terminal.ts';

// Whoever reads may have enough of it, as `head` has: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const exitCode = await runCommandLine(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  write: (chunk) => new Promise((resolve) => process.stdout.write(chunk, () => resolve())),
  note: (text) => void process.stderr.write(`${text}\n`),
  ask: toAsk(),
  readEnvironment,
});

// What somebody else left behind, such as a program of the AWS CLI's configuration that hangs, holds up nobody.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
);
process.exit(exitCode);
