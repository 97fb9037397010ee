import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodeHelp } from '../../cli/exit.ts';
import { runHere } from '../cli/here.ts';

const docs = new URL('../../docs/', import.meta.url);
const page = readFileSync(new URL('cli.md', docs), 'utf8');
const commands = ['init', 'validate', 'dev', 'explain', 'invoke', 'package', 'deploy', 'info', 'remove'];
const ofRuns = ['list', 'show', 'logs', 'cancel', 'replay'].map((name) => `runs ${name}`);

describe('docs/cli.md', () => {
  it.each([...commands, ...ofRuns])('has a part about %s, and names all its options', async (command) => {
    expect(page).toContain(`\n## ${command}\n`);
    const { code, stdout } = await runHere('/', [...command.split(' '), '--help']);
    expect(code).toBe(0);
    const listed = /\nOptions:\n((?: .*\n)+)/.exec(stdout)?.[1] ?? '';
    const options = [...listed.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
    expect(options).toContain('--help');
    const missing = options.filter((option) => !new RegExp(`[ \`]${option}\\b`).test(page));
    expect(missing).toEqual([]);
  });

  it('has all commands that there are', async () => {
    const ofAll = await runHere('/', ['--help']);
    const runs = await runHere('/', ['runs', '--help']);
    expect(toCommands(ofAll.stdout)).toEqual([
      'deploy',
      'dev',
      'explain',
      'help',
      'info',
      'init',
      'invoke',
      'package',
      'remove',
      'runs',
      'validate',
    ]);
    expect(toCommands(runs.stdout)).toEqual(['cancel', 'help', 'list', 'logs', 'replay', 'show']);
  });

  it('has the exit codes as the command line tells them', () => {
    for (const [, code = '', meaning = ''] of exitCodeHelp.matchAll(/^ {2}(\d) {2}(.+)$/gm))
      expect(page).toMatch(new RegExp(`\\| ${code} \\| ${meaning}`));
  });

  it('leads somewhere with every link', () => {
    for (const [, link = ''] of page.matchAll(/\]\(([^)]+)\)/g)) {
      const [path = '', heading] = link.split('#');
      expect(path === '' || existsSync(new URL(path, docs))).toBe(true);
      if (heading !== undefined) expect(page).toContain(`\n## ${heading.replace('-', ' ')}\n`);
    }
  });
});

function toCommands(help: string): readonly string[] {
  const listed = /\nCommands:\n((?: .*\n)+)/.exec(help)?.[1] ?? '';
  return [...listed.matchAll(/^ {2}([a-z]+)[ \n]/gm)].map(([, name = '']) => name).toSorted();
}
