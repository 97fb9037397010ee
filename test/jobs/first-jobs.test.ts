import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstJobs } from '../../shared/jobs/first-jobs.ts';
import { toJobsJsonSchema } from '../../shared/jobs/json-schema.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { problemsOf } from './problems-of.ts';

const files = firstJobs();

describe('the jobs.yml of a new project', () => {
  it('has no problems, and one job that runs on this machine', () => {
    const { service, jobs } = parseJobs(files['jobs.yml'], 'jobs.yml');

    expect(service).toBe('hello');
    expect(jobs).toMatchObject([
      {
        name: 'hello',
        target: 'process',
        local: { command: ['node', 'jobs/hello.mjs'] },
        retryConfig: { attempts: 3 },
        events: [
          { type: 'manual' },
          { type: 'http-api-gateway', properties: { method: 'POST', path: '/hello' } },
        ],
      },
    ]);
  });

  it('has a schedule that works once its comment signs are gone', () => {
    const text = files['jobs.yml']
      .replace(/^( *)# (- type: schedule| {2}\S)/gm, '$1$2')
      .replace(/^( *)# {5}/gm, '$1    ');

    expect(problemsOf(text)).toEqual([]);
    expect(parseJobs(text, 'jobs.yml').jobs[0]?.events.map(({ type }) => type)).toEqual([
      'manual',
      'http-api-gateway',
      'schedule',
    ]);
  });

  it('names its schema on its first line, for editors', () => {
    expect(files['jobs.yml'].split('\n')[0]).toBe('# yaml-language-server: $schema=jobs.schema.json');
    expect(JSON.parse(files['jobs.schema.json'])).toEqual(toJobsJsonSchema());
  });
});

describe('the job of a new project', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'first-jobs-'));
    await writeFile(join(directory, 'hello.mjs'), files['jobs/hello.mjs']);
  });
  afterAll(() => rm(directory, { recursive: true }));

  const run = async (environment: Readonly<Record<string, string>>) => {
    const env = { STP_CURRENT_ATTEMPT: '2', STP_MAXIMUM_ATTEMPTS: '3', STP_RUN_ID: 'r1', ...environment };
    return (await promisify(execFile)(process.execPath, ['hello.mjs'], { cwd: directory, env })).stdout;
  };
  const event = (source: string, data: unknown) => JSON.stringify({ source, records: [{ data }] });

  it('greets the names in the input of an invocation', async () => {
    const input = event('manual', { input: { names: ['Ada', 'Grace'] } });

    expect(await run({ STP_TRIGGER_EVENT_DATA: input })).toBe(
      'attempt 2 of 3 of run r1, started by manual\nHello, Ada!\nHello, Grace!\n',
    );
  });

  it('greets the names in the body of a request, or the world', async () => {
    expect(await run({ STP_TRIGGER_EVENT_DATA: event('http-api-gateway', { body: { names: 'Ada' } }) })).toBe(
      'attempt 2 of 3 of run r1, started by http-api-gateway\nHello, Ada!\n',
    );
    expect(await run({ STP_TRIGGER_EVENT_DATA: event('http-api-gateway', { body: null }) })).toBe(
      'attempt 2 of 3 of run r1, started by http-api-gateway\nHello, world!\n',
    );
  });

  it('reads an event that travels by claim check', async () => {
    const path = join(directory, 'event.json');
    await writeFile(path, event('manual', { input: { names: ['Ada'] } }));

    const environment = { STP_TRIGGER_EVENT_DATA: '{}', STP_TRIGGER_EVENT_URI: pathToFileURL(path).href };
    expect(await run(environment)).toBe('attempt 2 of 3 of run r1, started by manual\nHello, Ada!\n');
  });

  it('fails when it cannot read its event', async () => {
    await expect(run({ STP_TRIGGER_EVENT_URI: 's3://bucket/key' })).rejects.toMatchObject({ code: 1 });
  });
});
