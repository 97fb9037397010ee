import type { RunFilter } from '../runs/ledger.ts';
import { runStatuses } from '../runs/run.ts';
import { RequestError } from './request-error.ts';

/** Which runs a query asks for: `job`, `status`, `since`, `limit`, `after`. Throws RequestError. */
export function parseQuery(query: Readonly<Record<string, string>>): RunFilter {
  const { job, status, since, limit = '50', after } = query;
  const known = runStatuses.find((name) => name === status);
  if (status !== undefined && known === undefined) refuse(`status is one of ${runStatuses.join(', ')}.`);
  if (job !== undefined && !/^[a-z0-9-]{1,40}$/.test(job))
    refuse('job is the name of a job: 1 to 40 of a-z, 0-9, "-".');
  if (!/^(?:[1-9]\d{0,2}|1000)$/.test(limit)) refuse('limit is a whole number from 1 to 1000.');
  if (since !== undefined && !isTime(since)) refuse('since is a time in ISO 8601.');
  return {
    ...(job === undefined ? {} : { jobs: [job] }),
    ...(known === undefined ? {} : { statuses: [known] }),
    ...(since === undefined ? {} : { since: Date.parse(since) }),
    ...(after === undefined ? {} : { after }),
    limit: Number(limit),
  };
}

function isTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) && !Number.isNaN(Date.parse(text));
}

function refuse(detail: string): never {
  throw new RequestError(400, detail);
}
