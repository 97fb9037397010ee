import type { Ledger, RunFilter } from '../runs/ledger.ts';
import { toRunView } from '../runs/view.ts';

/**
 * Lambda's limit for an answer is 6 MB, which has the body once more as JSON, with its quotes escaped.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const mostBytes = 4_000_000;

/** `{ runs, next? }`. Runs of many attempts are long: when there is no room for as many as were asked for, fewer. */
export async function toPage(ledger: Ledger, filter: RunFilter): Promise<Response> {
  const { runs, ...rest } = await ledger.list(filter);
  const body = JSON.stringify({ runs: runs.map(toRunView), ...rest });
  const { limit } = filter;
  return Buffer.byteLength(body) > mostBytes && limit > 1
    ? toPage(ledger, { ...filter, limit: Math.ceil(Math.min(limit, runs.length) / 2) })
    : new Response(body, { headers: { 'content-type': 'application/json' } });
}
