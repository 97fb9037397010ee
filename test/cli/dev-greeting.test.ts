import { pino } from 'pino';
import { expect, it } from 'vitest';
import { tellOfJobs } from '../../cli/dev-greeting.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { shell } from '../local/dev.ts';

it('a router that starts warns of jobs that may start themselves', () => {
  const onFailure = { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:123456789012:orders' };
  const events = [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }];
  const jobs = { order: shell('true', { onFailure, events }) };
  const logged: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void logged.push(line) });
  const file = parseJobs(JSON.stringify({ service: 'shop', jobs }), '/shop/jobs.yml');
  tellOfJobs(file, { slots: 2 }, 'http://127.0.0.1:4400', log);
  const warnings = logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
  expect(warnings.map(({ msg }) => msg)).toContainEqual(
    expect.stringMatching(
      /^\/shop\/jobs\.yml:1 jobs\.order\.events\[0\]: found a possible loop: order reports/,
    ),
  );
});
