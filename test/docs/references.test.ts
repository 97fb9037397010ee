import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource } from '../../shared/jobs/rules/every-source.ts';
import { parse } from '../jobs/rules/routing.ts';
import { toQueueMessage } from '../support/aws-messages.ts';

const page = readFileSync(new URL('../../docs/references.md', import.meta.url), 'utf8');
const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';

describe('docs/references.md', () => {
  it('shows a jobs.yml without a mistake', () => {
    expect(Object.keys(parseJobs(example, 'jobs.yml').resources)).toEqual(['Orders', 'Parcels']);
  });

  it('says which message starts its job on a laptop', () => {
    const [arn = ''] = /arn:aws:sqs:[\w:-]+/.exec(page) ?? [];
    const table = createRoutingTable(parseJobs(example, 'jobs.yml').jobs, everySource);
    const delivery = parse({ Records: [toQueueMessage('{}', { eventSourceARN: arn })] });
    expect(table.match(delivery).map(({ job }) => job.name)).toEqual(['pack-order']);
  });
});
