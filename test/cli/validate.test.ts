import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runHere } from './here.ts';
import { createCommandLine } from './signalbox.ts';

const { makeFolder, makeProject, close } = createCommandLine();
const run = (folder: string, ...words: string[]) => runHere(folder, words);
afterAll(close);

const job = { target: 'process', local: { command: ['true'] }, events: [{ type: 'manual' }] };
const mistakes = `service: shop
jobs:
  order:
    target: process
    timout: 60
    local: { command: [node, order.mjs] }
    events:
      - type: manul
  refund:
    target: lambda
    events: []
`;

describe.concurrent('signalbox validate', () => {
  it('counts what it found in a file without mistakes, from a folder below it too', async () => {
    const folder = makeProject({ order: job, refund: job });
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    const { code, stdout, stderr } = await run(join(folder, 'deep', 'er'), 'validate');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${folder}/jobs.yml: 2 jobs, 2 events, no mistakes\n`);
    expect((await run(folder, 'validate', '--json')).stdout).toBe('{"problems":[],"warnings":[]}\n');
  });

  it('tells every mistake with its place', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'other.yml'), mistakes);
    const { code, stdout, stderr } = await run(folder, 'validate', '--config', 'other.yml');
    expect([code, stdout]).toEqual([2, '']);
    const places = stderr.split('\n').flatMap((line) => {
      const [, place, message] = /^(\S+:\d+:\d+) (.*)/.exec(line) ?? [];
      return place === undefined ? [] : [[place.replace(folder, ''), message?.split(':')[0]]];
    });
    expect(places).toEqual([
      ['/other.yml:5:5', 'jobs.order.timout'],
      ['/other.yml:8:15', 'jobs.order.events[0].type'],
      ['/other.yml:10:13', 'jobs.refund.target'],
      ['/other.yml:11:13', 'jobs.refund.events'],
    ]);
    expect(stderr).toContain('did you mean "timeout"?');
  });

  it('tells the same as JSON on stdout, for programs', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'jobs.yml'), mistakes);
    const { code, stdout, stderr } = await run(folder, 'validate', '--json');
    expect([code, stderr]).toEqual([2, '']);
    const { problems } = JSON.parse(stdout);
    expect(problems).toHaveLength(4);
    expect(problems[0]).toEqual({
      file: `${folder}/jobs.yml`,
      line: 5,
      column: 5,
      message: expect.stringContaining('jobs.order.timout'),
    });
  });

  it('warns of what may be a mistake, and does not fail', async () => {
    const onFailure = { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:123456789012:orders' };
    const events = [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }];
    const folder = makeProject({ order: { ...job, onFailure, events } });
    const { code, stdout, stderr } = await run(folder, 'validate');
    expect([code, stdout]).toEqual([0, `${folder}/jobs.yml: 1 job, 1 event, no mistakes, 1 warning\n`]);
    expect(stderr).toMatch(
      /jobs\.yml:\d+ warning: jobs\.order\.events\[0\]: found a possible loop: order reports/,
    );
    const { problems, warnings } = JSON.parse((await run(folder, 'validate', '--json')).stdout);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      {
        file: `${folder}/jobs.yml`,
        line: expect.any(Number),
        message: expect.stringContaining('which starts order'),
      },
    ]);
  });

  it.each([
    ['not YAML', 'jobs: [a, b\n'],
    ['of YAML, but a list', '- a\n'],
    ['empty', ''],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00])],
  ])('exits 2 for a file that is %s', async (_what, text) => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'jobs.yml'), text);
    const { code, stdout, stderr } = await run(folder, 'validate');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/jobs\.yml:\d+:\d+ /);
    expect(stderr).not.toContain('    at ');
  });

  it('is what every command does that needs the jobs', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'jobs.yml'), mistakes);
    for (const parameters of [
      ['invoke', 'order'],
      ['dev', '--port', '0'],
    ]) {
      const { code, stdout, stderr } = await run(folder, ...parameters);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('/jobs.yml:5:5 jobs.order.timout');
    }
  });

  it('exits 2 when there is no jobs.yml, and says what makes one', async () => {
    const folder = makeFolder();
    for (const parameters of [['validate'], ['runs', 'list']]) {
      const { code, stderr } = await run(folder, ...parameters);
      expect(code).toBe(2);
      expect(stderr).toContain(
        `there is no jobs.yml in ${folder} or above it; "signalbox init" writes a first one`,
      );
    }
    const named = await run(folder, 'validate', '--config', 'mine.yml');
    expect(named.code).toBe(2);
    expect(named.stderr).toContain(`${folder}/mine.yml can't be read: ENOENT`);
  });
});
