import { toSafe } from '../shared/local/terminal-text.ts';
import type { Run } from '../shared/runs/run.ts';
import { toRunView } from '../shared/runs/view.ts';
import { toAttemptTable, toColour, toSpan } from './tables.ts';

/** An event is shown up to this many characters; --json prints all of it. */
const mostShown = 4000;

export function printRun(
  print: (text: string) => void,
  run: Run,
  event: string | undefined,
  json: boolean,
): void {
  const view = toRunView(run);
  const parsed: unknown = event === undefined ? null : JSON.parse(event);
  if (json) {
    print(JSON.stringify({ ...view, event: parsed }));
    return;
  }
  const lines: [string, string | undefined][] = [
    ['run', view.runId],
    ['job', view.job],
    ['status', toColour(view.status)],
    ['reason', view.cause && toSafe(`${view.cause.class}: ${view.cause.reason}`)],
    ['source', view.source],
    ['event id', toSafe(view.eventId)],
    ['replay of', view.replayOf],
    ['accepted', view.createdAt],
    ['started', view.startedAt],
    ['ended', view.endedAt],
    ['took', view.durationSeconds === undefined ? undefined : toSpan(view.durationSeconds)],
    ['next look', view.nextLookAt],
    ['attempts', `${view.attempts.length} of at most ${view.maximumAttempts}`],
  ];
  for (const [name, value] of lines) if (value !== undefined) print(`${name.padEnd(10)} ${value}`);
  if (view.attempts.length > 0) print(`\n${toAttemptTable(view)}`);
  print(
    `\nevent${run.payload ? ' (the credentials in it are kept apart, for the job alone)' : ''}\n${toShown(parsed)}`,
  );
}

function toShown(event: unknown): string {
  if (event === null) return 'not kept any more';
  const text = toSafe(JSON.stringify(event, null, 2));
  return text.length > mostShown
    ? `${text.slice(0, mostShown)}\n… ${text.length - mostShown} characters more; --json prints all`
    : text;
}
