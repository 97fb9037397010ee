import type { Run } from '../../shared/runs/run.ts';

/** A run in a line of the trace. */
export function showRun(run: Run): string {
  const { attempts, outbox, next, stopping, dueAt } = run;
  const last = attempts.at(-1);
  return [
    run.id.slice(0, 6),
    run.status,
    last && `${last.start.token.slice(27)} ${last.start.externalId ?? ''}`,
    stopping && `stopping for ${stopping.reason}`,
    next && `next ${next.attempt}-${next.start} at ${new Date(next.at).toISOString().slice(11, 19)}`,
    outbox.length > 0 && `owes ${outbox.map(({ key }) => key.replace(run.id, '…')).join(' ')}`,
    run.cause && `cause ${run.cause.class}`,
    dueAt !== undefined && `due ${new Date(dueAt).toISOString().slice(11, 19)}`,
  ]
    .filter(Boolean)
    .join(', ');
}
