import { toSafe, toSafeJson } from '../shared/local/terminal-text.ts';
import type { Run } from '../shared/runs/run.ts';
import { type AttemptView, toRunView } from '../shared/runs/view.ts';
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
  if (json) {
    print(toSafeJson({ ...view, event: event === undefined ? null : JSON.parse(event) }));
    return;
  }
  const lines: [string, string | undefined][] = [
    ['run', view.runId],
    ['job', view.job],
    ['status', toColour(view.status)],
    ['reason', view.cause && toSafe(`${view.cause.class}: ${view.cause.reason}`)],
    ['waits', view.held?.reason],
    ['source', view.source],
    ['event id', toSafe(view.eventId)],
    ['replay of', view.replayOf],
    ['accepted', view.createdAt],
    ['started', view.startedAt],
    ['ended', view.endedAt],
    ['waited', view.waitedSeconds === undefined ? undefined : toSpan(view.waitedSeconds)],
    ['took', view.durationSeconds === undefined ? undefined : toSpan(view.durationSeconds)],
    ['next look', view.nextLookAt],
    ['attempts', `${view.attempts.length} of at most ${view.maximumAttempts}`],
  ];
  for (const line of toLines(lines)) print(line);
  if (view.attempts.length > 0) print(`\n${toAttemptTable(view)}`);
  for (const attempt of view.attempts) {
    const kept = toKept(attempt);
    if (kept.length > 0) print(`\nattempt ${attempt.attempt}\n${kept.join('\n')}`);
  }
  print(
    `\nevent${run.payload ? ' (the credentials in it are kept apart, for the job alone)' : ''}\n${toShown(event)}`,
  );
}

/** What is known of an attempt from the service that it ran on. */
function toKept({
  externalId,
  waitedSeconds,
  stopCode,
  stopReason,
  imageDigest,
  logGroup,
  logStream,
  links,
}: AttemptView): readonly string[] {
  const stopped = [stopCode, stopReason].filter((text) => text !== undefined);
  const service: [string, string | undefined][] = [
    ['stopped', stopped.length > 0 ? stopped.join(': ') : undefined],
    ['image', imageDigest],
    ['log group', logGroup],
    ['log stream', logStream],
    ['console', links?.console],
  ];
  // A process of this machine has none of it.
  if (service.every(([, value]) => value === undefined)) return [];
  const waited = waitedSeconds === undefined ? undefined : toSpan(waitedSeconds);
  return toLines([['started as', externalId], ['waited', waited], ...service]).map(toSafe);
}

function toLines(pairs: readonly (readonly [string, string | undefined])[]): readonly string[] {
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)} ${value}`]));
}

function toShown(event: string | undefined): string {
  if (event === undefined) return 'not kept any more';
  const text = toSafe(JSON.stringify(JSON.parse(event), null, 2));
  return text.length > mostShown
    ? `${text.slice(0, mostShown)}\n… ${text.length - mostShown} characters more; --json prints all`
    : text;
}
