import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lock } from '../../shared/local/lock.ts';
import { makeFolder } from '../support/folder.ts';
import { runHere } from './here.ts';

const job = {
  target: 'fargate',
  container: { image: 'ghcr.io/shop/job:1' },
  resources: { cpu: 0.5, memory: 1024 },
  events: [{ type: 'manual' }],
};

it('a job that no stack can be made of is told with its line, and nothing is written', async () => {
  const folder = makeFolder();
  const text = `service: shop\njobs:\n  a--1: ${JSON.stringify(job)}\n  a-1: ${JSON.stringify(job)}\n`;
  writeFileSync(join(folder, 'jobs.yml'), text);
  const { code, stdout, stderr } = await runHere(folder, ['package', '--stage', 'prod']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('jobs.yml:4:1 CloudFormation would know it as ');
  expect(stderr).toContain('expected a name that differs in more than "-"');
  expect(existsSync(join(folder, '.signalbox'))).toBe(false);
});

const local = { target: 'process', local: { command: ['true'] }, events: [{ type: 'manual' }] };

function makeProject(jobs: object): string {
  const folder = makeFolder();
  writeFileSync(join(folder, 'jobs.yml'), JSON.stringify({ service: 'shop', jobs }));
  return folder;
}

it.each([['package'], ['deploy']])('%s refuses a jobs.yml of which no job runs in AWS', async (command) => {
  const { code, stderr } = await runHere(makeProject({ hello: local }), [command, '--stage', 'dev']);
  expect(code).toBe(2);
  expect(stderr).toContain('hello runs on a laptop only (target process), it is not deployed');
  expect(stderr).toContain(
    'jobs.yml:1:1 no job runs in AWS, so there is nothing to deploy; expected a job with target fargate',
  );
});

it('a folder that another command packages into is left to it', async () => {
  const folder = makeProject({ hello: local, train: job });
  const deploy = join(folder, '.signalbox', 'deploy');
  mkdirSync(deploy, { recursive: true });
  const held = lock(join(deploy, 'prod.lock'));
  try {
    const { code, stderr } = await runHere(folder, ['package', '--stage', 'prod']);
    expect(code).toBe(1);
    expect(stderr).toContain('another command packages or deploys stage prod in ');
    expect(stderr).toContain('hello runs on a laptop only');
    expect(existsSync(join(deploy, 'prod'))).toBe(false);
  } finally {
    held.release();
  }
});

it('a folder that can not be written is told before the functions are bundled', async () => {
  const folder = makeProject({ train: job });
  writeFileSync(join(folder, '.signalbox'), 'a file');
  const start = performance.now();
  const { code, stderr } = await runHere(folder, ['package', '--stage', 'prod']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: .*\.signalbox\/deploy\/prod can't be written: /);
  expect(performance.now() - start).toBeLessThan(1500);
});
