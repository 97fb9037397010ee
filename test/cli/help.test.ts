import { afterAll, describe, expect, it } from 'vitest';
import { runHere } from './here.ts';
import { createCommandLine } from './signalbox.ts';

const { start, makeFolder, close } = createCommandLine();
const run = (folder: string, ...words: string[]) => runHere(folder, words);
const folder = makeFolder();
afterAll(close);

describe.concurrent('signalbox --help', () => {
  it.each([
    ['', 'Usage: signalbox [options] [command]', '5  the router, its port or its ledger'],
    ['init', 'Usage: signalbox init [options] [directory]', 'jobs.yml'],
    ['validate', 'Usage: signalbox validate [options]', '--json'],
    ['dev', 'Usage: signalbox dev [options]', '--port <number>'],
    ['invoke', 'Usage: signalbox invoke [options] <job>', '--event <file>'],
    ['runs', 'Usage: signalbox runs [options] [command]', 'replay [options] [ids...]'],
    ['runs list', 'Usage: signalbox runs list [options]', '--since <when>'],
    ['runs show', 'Usage: signalbox runs show [options] <id>', '--json'],
    ['runs logs', 'Usage: signalbox runs logs [options] <id>', '--follow'],
    ['runs cancel', 'Usage: signalbox runs cancel [options] [ids...]', 'Waits until they have ended'],
    ['package', 'Usage: signalbox package [options]', 'Needs no AWS account'],
    ['deploy', 'Usage: signalbox deploy [options]', '--profile <name>'],
    ['info', 'Usage: signalbox info [options]', '--json'],
    ['remove', 'Usage: signalbox remove [options]', '--yes'],
    ['runs replay', 'Usage: signalbox runs replay [options] [ids...]', '--request-id <text>'],
  ])('of %s says how it is used', async (command, usage, detail) => {
    const { code, stdout, stderr } = await run(folder, ...command.split(' ').filter(Boolean), '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(usage);
    expect(stdout).toContain(detail);
    expect(stdout).toContain('--config <file>');
  });
});

describe.concurrent('a mistake in the command line', () => {
  it.each([
    [[], 'Usage: signalbox'],
    [['deploi'], "unknown command 'deploi'"],
    [['validate', '--jsn'], "unknown option '--jsn'"],
    [['invoke'], "missing required argument 'job'"],
    [['invoke', 'a', 'b'], 'too many arguments'],
    [['dev', '--port', '99999'], 'It is a number from 0 to 65535.'],
    [['dev', '--slots', '0'], 'It is a whole number from 1.'],
    [['deploy'], "required option '--stage <name>' not specified"],
    [['package', '--stage', 'Prod'], 'It is 1 to 16 of a-z and 0-9, and starts with a letter.'],
    [['deploy', '--stage', 'prod-eu'], 'It is 1 to 16 of a-z and 0-9, and starts with a letter.'],
    [['remove', '--stage', 'a-stage-with-long-name'], 'It is 1 to 16 of a-z'],
    [['info', '--stage', 'prod', '--region', 'europe'], 'It is a Region of AWS'],
    [['runs', 'list', '--stage', 'pre_prod'], 'It is 1 to 16 of a-z'],
    [['runs', 'list', '--status', 'done'], 'It is one of collecting, queued'],
    [['runs', 'list', '--since', 'yesterday'], 'It is an age such as 90s'],
    [['runs', 'list', '--limit', '-1'], 'It is a whole number from 1.'],
  ])('exits 2 and says what is wrong: %j', async (parameters, message) => {
    const { code, stdout, stderr } = await run(folder, ...parameters);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

it('a log level that is none exits 2, and names the variable', async () => {
  const { code, stderr } = await start(folder, ['validate'], { more: { SIGNALBOX_LOG_LEVEL: 'loud' } }).ended;
  expect(code).toBe(2);
  expect(stderr).toBe(
    'error: the environment variable SIGNALBOX_LOG_LEVEL is "loud", expected one of trace, debug, info, warn, error, fatal, silent\n',
  );
});
