import { afterAll, describe, expect, it } from 'vitest';
import { toLocalPlan } from '../../shared/jobs/local-plan.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource as everySourceRules } from '../../shared/jobs/rules/every-source.ts';
import type { RunnableJob } from '../../shared/jobs/runnable.ts';
import { explain } from '../../shared/router/explain.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { sources } from '../../shared/sources/sources.ts';
import { createCommandLine } from '../cli/signalbox.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { readCorpus } from './corpus.ts';

const corpus = readCorpus();
const line = createCommandLine();
afterAll(() => line.close());
const { jobs } = parseJobs(everySource, 'jobs.yml');
const parts = {
  jobs,
  table: createRoutingTable(jobs, everySourceRules),
  toPlan: (job: RunnableJob) => toLocalPlan(job, '.'),
};
const invocation = {
  requestId: 'request-1',
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:t',
};

describe('the payloads of other projects', () => {
  it.each(corpus)('$file is what its index says', ({ payload, source, records }) => {
    const explanation = explain(payload, parts);
    if (source === undefined) {
      expect(explanation).toEqual({ refused: expect.stringMatching(/\S/) });
      return;
    }
    if ('refused' in explanation) throw new Error(explanation.refused);
    expect(explanation.source).toBe(source);
    expect(explanation.records).toHaveLength(records ?? 0);
    expect(explanation.unreadable).toEqual([]);
  });

  it.each(corpus)('$file is taken by its own source and by no other', ({ payload, source }) => {
    const taking = Object.values(sources).filter((each) => {
      try {
        each.parse(payload, invocation);
        return true;
      } catch (error) {
        if (error instanceof EventParseError) return false;
        throw error;
      }
    });
    expect(taking.map(({ name }) => name)).toEqual(source === undefined ? [] : [source]);
  });

  it('can be explained in one call, a line each, in the order they were named', async () => {
    const folder = line.makeFolder();
    const files = corpus.map(({ path }) => path);
    const { code, stdout } = await line.run(folder, 'explain', '--json', '--event', ...files);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(lines.map(({ file, source }) => ({ file, source }))).toEqual(
      corpus.map(({ path: file, source }) => ({ file, source })),
    );
    expect(code).toBe(3);
  });
});
