import { describe, expect, it } from 'vitest';
import { sourceNames } from '../../shared/events/trigger-event.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource as everySourceRules } from '../../shared/jobs/rules/every-source.ts';
import { createLambdaLog } from '../../shared/lambda/log.ts';
import { toContext } from '../../shared/local/server/invoke-api.ts';
import type { Router } from '../../shared/router/router.ts';
import { createTrigger } from '../../shared/router/trigger.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import { sources } from '../../shared/sources/sources.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';

/** Put in the place of each text of a payload, one at a time. Some try to look like what may be shown. */
const secrets: readonly string[] = [
  's3cr3t',
  'Bearer s3cr3t", expected s3cr3t',
  '\\", expected "s3cr3t\\',
  ', expected \n    at s3cr3t',
  'arn:aws:sqs:eu-west-1:123456789012:s3cr3t',
  '{"s3cr3t":"s3cr3t" s3cr3t}',
  '/s3cr3t/s3cr3t',
];

const { jobs } = parseJobs(everySource, 'jobs.yml');
const table = createRoutingTable(jobs, everySourceRules);

describe.each(sourceNames)('the log of %s', (source) => {
  it.each(Object.entries(payloads[source]))('shows none of the texts in %s', async (_name, payload) => {
    for (const [index, secret] of secrets.entries()) {
      for (const each of withEachText(payload, secret)) {
        const lines: string[] = [];
        const log = createLambdaLog((line) => lines.push(line));
        const isLocked = index % 2 === 1;
        const trigger = createTrigger(sources[source], toRouter(isLocked), log);
        await trigger(each, toContext(source, 'request-1')).catch(() => {});
        expect(lines).toHaveLength(1);
        // The delivery's own names, which are the payload's.
        const { eventId: _id, sourceArn: _arn, ...others } = JSON.parse(lines[0] ?? '');
        expect(JSON.stringify(others)).not.toContain('s3cr3t');
      }
    }
  });
});

function toRouter(isLocked: boolean): Router {
  return {
    async route(delivery) {
      const matches = table.match(delivery);
      if (isLocked) {
        const error = new LedgerError('database is locked');
        return {
          dispatched: [],
          unrecorded: matches.map(({ job, records }) => ({ job: job.name, records, error })),
        };
      }
      return {
        dispatched: matches.map(({ job }) => ({
          job: job.name,
          runId: 'run-1',
          status: 'queued',
          outcome: 'accepted',
        })),
        unrecorded: [],
      };
    },
    async replay() {
      throw new Error('nothing is replayed here');
    },
  };
}

/** The payload, as often as it has texts, with another text in the place of each. */
function* withEachText(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield text;
  if (Array.isArray(value)) {
    for (const [position, item] of value.entries())
      for (const changed of withEachText(item, text)) yield value.with(position, changed);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      for (const changed of withEachText(item, text)) yield { ...value, [key]: changed };
  }
}
