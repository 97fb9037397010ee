import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCommandLine } from './signalbox.ts';

const { run, runWith, makeFolder, close } = createCommandLine();
afterAll(close);

describe('signalbox init', () => {
  it('writes a project whose job runs', async () => {
    const folder = makeFolder();
    const made = await run(folder, 'init', 'first/project');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout.split('\n').toSorted()).toEqual([
      '',
      'wrote first/project/jobs.schema.json',
      'wrote first/project/jobs.yml',
      'wrote first/project/jobs/hello.mjs',
    ]);
    const project = join(folder, 'first', 'project');
    const checked = await run(project, 'validate');
    expect(checked).toMatchObject({ code: 0, stdout: `${project}/jobs.yml: 1 job, 2 events, no mistakes\n` });
    expect(JSON.parse(readFileSync(join(project, 'jobs.schema.json'), 'utf8'))).toHaveProperty('$schema');

    const ran = await runWith(project, '{"names":["Ada"]}', 'invoke', 'hello', '--event', '-', '--json');
    expect(ran.code).toBe(0);
    const logs = await run(project, 'runs', 'logs', JSON.parse(ran.stdout).runId);
    expect(logs.stdout).toContain('Hello, Ada!\n');
  });

  it('overwrites nothing, and writes nothing then', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'jobs.yml'), 'mine');
    const { code, stdout, stderr } = await run(folder, 'init');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`error: ${folder} has jobs.yml already; nothing was written\n`);
    expect(readdirSync(folder)).toEqual(['jobs.yml']);
    expect(readFileSync(join(folder, 'jobs.yml'), 'utf8')).toBe('mine');
  });

  it('writes nothing where one of its folders is a file', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'jobs'), 'mine');
    const { code, stderr } = await run(folder, 'init');
    expect(code).not.toBe(0);
    expect(stderr).toContain(join(folder, 'jobs'));
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(folder)).toEqual(['jobs']);
  });
});
