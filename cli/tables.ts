import { styleText } from 'node:util';
import Table from 'cli-table3';
import { toSafe } from '../shared/local/terminal-text.ts';
import type { Run } from '../shared/runs/run.ts';
import { type AttemptView, type RunView, toRunView } from '../shared/runs/view.ts';

/** Enough of an id to name a run among thousands; any unique beginning will do. */
export const shortId = 10;

/** Runs and their attempts, a line each. */
export function toRunTable(runs: readonly Run[], now: number): string {
  const table = createTable(['RUN', 'JOB', 'STATUS', 'ATTEMPTS', 'SOURCE', 'AGE', 'TOOK', 'REASON']);
  for (const view of runs.map(toRunView)) {
    table.push([
      view.runId.slice(0, shortId),
      view.job,
      toColour(view.status),
      `${view.attempts.length} of ${view.maximumAttempts}`,
      view.source,
      toSpan((now - Date.parse(view.createdAt)) / 1000),
      view.durationSeconds === undefined ? '' : toSpan(view.durationSeconds),
      shorten(view.cause?.reason ?? view.held?.reason ?? '', 60),
    ]);
  }
  return table.toString();
}

/** Every attempt of several runs, a line each. */
export function toAttemptLines(runs: readonly Run[]): string {
  const table = createTable(['RUN', 'JOB', 'ATTEMPT', 'STATUS', 'TOOK', 'EXIT', 'REASON']);
  for (const { runId, job, attempts } of runs.map(toRunView)) {
    for (const attempt of attempts) {
      const { failure } = attempt;
      table.push([
        runId.slice(0, shortId),
        job,
        attempt.attempt,
        toColour(attempt.status),
        attempt.durationSeconds === undefined ? '' : toSpan(attempt.durationSeconds),
        toExit(attempt),
        failure ? toSafe(`${failure.class}: ${failure.reason}`) : '',
      ]);
    }
  }
  return table.toString();
}

export function toAttemptTable({ attempts }: RunView): string {
  const table = createTable(['ATTEMPT', 'STATUS', 'STARTS', 'STARTED', 'TOOK', 'EXIT', 'REASON']);
  for (const attempt of attempts) {
    const { failure, lastSetback } = attempt;
    table.push([
      attempt.attempt,
      toColour(attempt.status),
      attempt.starts,
      attempt.startedAt ?? '',
      attempt.durationSeconds === undefined ? '' : toSpan(attempt.durationSeconds),
      toExit(attempt),
      toSafe(failure ? `${failure.class}: ${failure.reason}` : (lastSetback?.reason ?? '')),
    ]);
  }
  return table.toString();
}

export function toColour(status: string): string {
  switch (status) {
    case 'succeeded':
      return styleText('green', status);
    case 'failed':
    case 'timed-out':
      return styleText('red', status);
    case 'cancelled':
    case 'stopping':
    case 'waiting':
      return styleText('yellow', status);
    default:
      return styleText('cyan', status);
  }
}

/** 0.3 s, 42 s, 3 m, 5 h, 2 d */
export function toSpan(seconds: number): string {
  if (seconds < 10) return `${Math.max(seconds, 0).toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

function toExit({ status, failure, exitCode }: AttemptView): string {
  if (status === 'succeeded') return '0';
  return failure?.signal ?? exitCode?.toString() ?? '';
}

function shorten(text: string, length: number): string {
  const safe = toSafe(text);
  return safe.length > length ? `${safe.slice(0, length - 1)}…` : safe;
}

/** Columns with spaces between them and nothing else, so that the lines can be cut and searched. */
export function createTable(head: string[]) {
  const none = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ];
  return new Table({
    head,
    chars: { ...Object.fromEntries(none.map((name) => [name, ''])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
}
