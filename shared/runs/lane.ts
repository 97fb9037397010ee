import { isFinished, type Run } from './run.ts';

/**
 * What a run is due for. `line`: queued and waiting runs, which want to start. `news`: runs that have ended, and of which
 * somebody is still to be told; what nobody takes must hold up nothing else. `rest`: everything else, also what a waiting
 * run owes before its turn.
 */
export type Lane = 'line' | 'rest' | 'news';

export function toLane(run: Run): Lane {
  if (run.status === 'queued' || run.status === 'waiting') return isDueBeforeItsTurn(run) ? 'rest' : 'line';
  return isFinished(run) && run.outbox.every(({ kind }) => kind === 'announce') ? 'news' : 'rest';
}

function isDueBeforeItsTurn({ dueAt, next }: Run): boolean {
  return dueAt !== undefined && next !== undefined && dueAt < next.at;
}
