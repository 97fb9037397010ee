import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * `node --run test:aws`: what this project believes of AWS, checked against what it has not written itself. The tests
 * of the targets run, and all that their stand-ins were asked and answered is held against botocore's models of the
 * services; then the ledger, the payload store, the wake queue and two targets are tested with moto, and a stage is deployed
 * to it.
 */

const folder = import.meta.dirname;
const root = resolve(folder, '../..');
const longestMs = 600_000;

const missing = toMissing();
if (missing !== undefined) {
  process.stderr.write(`test:aws needs ${missing}\nInstall it with: pip install 'moto[server]'\n`);
  process.exit(1);
}
const isRight = (await checkCalls()) && (await testWithMoto());
process.exitCode = isRight ? 0 : 1;

function toMissing(): string | undefined {
  const canRun = (code: string) => spawnSync('python3', ['-c', code], { stdio: 'ignore' }).status === 0;
  if (!canRun('')) return 'python3, which is not to be found';
  if (!canRun('import botocore')) return 'botocore, the AWS SDK of Python';
  if (!canRun('import moto.server')) return "moto_server, moto's server with what it needs";
  return undefined;
}

async function checkCalls(): Promise<boolean> {
  const script = join(folder, 'check_calls.py');
  const calls = mkdtempSync(join(tmpdir(), 'signalbox-calls-'));
  try {
    const targets = ['batch', 'codebuild', 'execution', 'fargate', 'state-machine'];
    // State machines call SubmitJob by themselves; over the wire it is the stand-in's own tests that do.
    const tests = [...targets.map((target) => `test/targets/${target}/`), 'test/stand-in/'];
    return (
      (await run('python3', [script, '--self-test'])) &&
      (await runTests(tests, { SIGNALBOX_CALLS: calls })) &&
      (await run('python3', [script, calls]))
    );
  } finally {
    rmSync(calls, { recursive: true, force: true });
  }
}

async function testWithMoto(): Promise<boolean> {
  // It ends with its stdin: also when this process is killed.
  const moto = spawn('python3', [join(folder, 'moto/serve.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(moto, 'exit');
  try {
    const lines = createInterface({ input: moto.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), ended.then(() => undefined)]);
    const url = first?.value;
    if (url === undefined) {
      process.stderr.write('moto_server did not start\n');
      return false;
    }
    const suite = ['--config', 'test/aws/moto/vitest.config.ts'];
    const deploy = 'test/aws/moto/deploy.moto.ts';
    // By itself: while moto looks at a template, nobody else has an answer in time.
    return (
      (await runTests([...suite, '--exclude', deploy], { SIGNALBOX_MOTO: url })) &&
      (await runTests([...suite, deploy], { SIGNALBOX_MOTO: url }))
    );
  } finally {
    moto.kill('SIGKILL');
    await ended;
  }
}

function runTests(parameters: readonly string[], environment: Readonly<Record<string, string>>) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  return run(process.execPath, [vitest, 'run', '--reporter=dot', ...parameters], environment);
}

/** Whether it ended well, and in time. */
async function run(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const child = spawn(program, parameters, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: longestMs,
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}
