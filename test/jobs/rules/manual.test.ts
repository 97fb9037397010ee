import { describe, expect, it } from 'vitest';
import { createRoutingTable } from '../../../shared/jobs/routing-table.ts';
import { everySource } from '../../../shared/jobs/rules/every-source.ts';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { toJobsFile } from '../../router/world.ts';
import { createRouting, parse } from './routing.ts';

const call = (job: string) => ({ job, input: { files: ['a.csv'] } });

describe('a run by hand', () => {
  it('starts the job that it names, and no other', () => {
    const { starts, judged } = createRouting('manual', { 'word-index': [{}], 'word-index-2': [{}] });
    expect(starts(call('word-index'))).toEqual({ 'word-index': [0] });
    expect(judged(call('word-index'))).toEqual([
      'word-index takes: it names the job',
      'word-index-2 elsewhere: it names the job word-index',
    ]);
  });

  it('of a job that jobs.yml does not have is refused, with those that it has', () => {
    const { starts } = createRouting('manual', { 'word-index': [{}], report: [{}] });
    expect(() => starts(call('word-indx'))).toThrow(
      new NoRuleError('no job is named word-indx; jobs.yml has word-index, report'),
    );
  });

  it('of a job that is not started so is refused, with what its events lack', () => {
    const events = [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }];
    const table = createRoutingTable(toJobsFile({ ship: { events } }).jobs, everySource);
    expect(() => table.match(parse(call('ship')))).toThrow(
      new NoRuleError('job ship is not started by hand: add "- type: manual" to its events in jobs.yml'),
    );
  });
});
