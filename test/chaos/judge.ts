import { isFinished, type Run } from '../../shared/runs/run.ts';
import type { Course, Delivery } from './deliveries.ts';
import type { Line } from './output.ts';

/** A delivery with what became of it, as its sender saw it. */
export type Sent = Delivery & {
  /** How often it was sent. */
  readonly sends: number;
  /** How often the sender was told that it was taken. */
  readonly acknowledged: number;
};

/** A run in the ledger, with the numbers of the deliveries in its event, those of other runs left out. */
export type Kept = { readonly run: Run; readonly numbers: readonly number[] };

export type Violation = { readonly runId?: string; readonly number?: number; readonly what: string };

export type Evidence = {
  readonly sent: readonly Sent[];
  readonly kept: readonly Kept[];
  readonly output: ReadonlyMap<string, readonly Line[]>;
  readonly mostAttempts: (job: string) => number;
};

/** The exit code of a job that is told to fail. */
const failing = 75;

/**
 * What must not be, from what the senders, the ledger and the jobs themselves say: each acknowledged delivery has one
 * run, each run ended as its event asked for, its attempts began once each, one after the other, and none is too many.
 */
export function judge(evidence: Evidence): readonly Violation[] {
  const { sent, kept, output } = evidence;
  const byNumber = new Map(sent.map((each) => [each.number, each]));
  const known = new Set(kept.map(({ run }) => run.id));
  const strangers = [...output.keys()].filter((runId) => !known.has(runId));
  return [
    ...judgeDeliveries(sent, kept),
    ...strangers.map((runId) => ({ runId, what: 'a job began, and the ledger has no such run' })),
    ...kept.flatMap((each) => judgeRun(each, byNumber, evidence)),
  ];
}

function judgeDeliveries(sent: readonly Sent[], kept: readonly Kept[]): readonly Violation[] {
  const runsOf = new Map<number, number>();
  for (const number of kept.flatMap(({ numbers }) => numbers))
    runsOf.set(number, (runsOf.get(number) ?? 0) + 1);
  return sent.flatMap(({ number, acknowledged, sends, way }) => {
    const runs = runsOf.get(number) ?? 0;
    if (acknowledged === 0 && way !== 'bus')
      return [{ number, what: `was never acknowledged (sent ${sends} times)` }];
    if (runs > 1) return [{ number, what: `is in ${runs} runs (sent ${sends} times)` }];
    if (runs === 0 && acknowledged > 0) return [{ number, what: `was acknowledged, and is in no run` }];
    return [];
  });
}

function judgeRun(
  { run, numbers }: Kept,
  sent: ReadonlyMap<number, Sent>,
  { output, mostAttempts }: Evidence,
): readonly Violation[] {
  const deliveries = numbers.flatMap((number) => sent.get(number) ?? []);
  const [first] = deliveries;
  if (first === undefined) return [{ runId: run.id, what: 'its event was never sent' }];
  const most = mostAttempts(run.job);
  const lines = output.get(run.id) ?? [];
  const wanted = toWanted(first.course, most);
  const found = [
    ...deliveries
      .filter(({ job }) => job !== run.job)
      .map(({ number }) => `${number} was not sent to ${run.job}`),
    ...judgeEnd(run, wanted),
    ...judgeBegins(lines, wanted.attempts, numbers),
    ...judgeOrder(lines),
    ...judgeEnds(lines, first.course, wanted.attempts),
  ];
  return found.map((what) => ({ runId: run.id, what }));
}

type Wanted = {
  readonly status: Run['status'];
  readonly attempts: number;
  readonly failed: Run['cause'] | undefined;
};

function toWanted(course: Course, most: number): Wanted {
  const byItself = { class: 'exit-code', reason: '', exitCode: failing } as const;
  switch (course) {
    case 'ok':
      return { status: 'succeeded', attempts: 1, failed: undefined };
    case 'flaky-1':
      return { status: 'succeeded', attempts: 2, failed: byItself };
    case 'flaky-2':
      return { status: 'succeeded', attempts: 3, failed: byItself };
    case 'broken':
      return { status: 'failed', attempts: most, failed: byItself };
    case 'endless':
    case 'deaf':
      return { status: 'timed-out', attempts: most, failed: { class: 'timed-out', reason: '' } };
  }
}

/** What the ledger says. A batch run has one attempt there, whose tries may have gone unseen. */
function judgeEnd(run: Run, { status, attempts, failed }: Wanted): readonly string[] {
  if (!isFinished(run)) return [`has not ended: it is ${run.status}`];
  const found: string[] = [];
  if (run.status !== status)
    found.push(`ended as ${run.status}, expected ${status}: ${run.cause?.reason ?? ''}`);
  if (run.status !== 'succeeded' && run.cause === undefined) found.push('ended without a cause');
  if (run.plan.work.target === 'batch') return found;
  const { length } = run.attempts;
  if (length !== attempts) found.push(`has ${length} attempts in the ledger, expected ${attempts}`);
  const failures = run.attempts.flatMap(({ failure }) => failure ?? []);
  const isRight = failures.every(
    ({ class: each, exitCode = failed?.exitCode }) =>
      each === failed?.class && (each !== 'exit-code' || exitCode === failing),
  );
  const succeeded = status === 'succeeded' ? 1 : 0;
  if (!isRight || failures.length !== attempts - succeeded) {
    found.push(`failed by ${failures.map((each) => each.class).join(', ') || 'nothing'} in the ledger`);
  }
  return found;
}

function judgeBegins(
  lines: readonly Line[],
  attempts: number,
  numbers: readonly number[],
): readonly string[] {
  const begins = lines.filter(({ what }) => what === 'begin');
  const times = Map.groupBy(begins, ({ attempt }) => attempt);
  const wanted = Array.from({ length: attempts }, (_, index) => index + 1).join(', ');
  const begun = [...times.keys()].join(', ');
  const events = numbers.toSorted((one, other) => one - other).join();
  return [
    ...(begun === wanted ? [] : [`attempts began: ${begun || 'none'}; expected ${wanted}`]),
    ...[...times]
      .filter(([, each]) => each.length > 1)
      .map(([attempt, each]) => `attempt ${attempt} began ${each.length} times`),
    ...begins
      .filter(({ about }) => toSorted(about) !== events)
      .map(({ attempt, about }) => `attempt ${attempt} was given events ${about}, expected ${events}`),
  ];
}

function toSorted(numbers: string): string {
  return numbers
    .split(',')
    .map(Number)
    .sort((one, other) => one - other)
    .join();
}

/** A sign of life of a process after another one began: two of a run at one time. */
function judgeOrder(lines: readonly Line[]): readonly string[] {
  const found = new Set<string>();
  const ended = new Set<number>();
  let live: Line | undefined;
  for (const line of lines) {
    if (line.what === 'begin') {
      if (live && !ended.has(live.pid) && !isStoppable(lines, live)) {
        found.add(`attempt ${line.attempt} began before attempt ${live.attempt} had ended`);
      }
      live = line;
    } else if (line.pid !== live?.pid) {
      found.add(`attempt ${line.attempt} lived on after attempt ${live?.attempt} had begun`);
    }
    if (line.what === 'end') ended.add(line.pid);
  }
  return [...found];
}

/** One that goes on until it is killed may have no time to say that it ended; its signs of life tell. */
function isStoppable(lines: readonly Line[], { pid }: Line): boolean {
  return (
    !lines.some((line) => line.pid === pid && line.what === 'end') &&
    lines.some((line) => line.pid === pid && line.what === 'alive')
  );
}

function judgeEnds(lines: readonly Line[], course: Course, attempts: number): readonly string[] {
  if (course === 'endless' || course === 'deaf') return [];
  const codes = lines
    .filter(({ what }) => what === 'end')
    .map(({ attempt, about }) => `${attempt}: ${about}`);
  const wanted = Array.from({ length: attempts }, (_, index) => {
    const fails = course === 'broken' || index + 1 < attempts;
    return `${index + 1}: ${fails ? failing : 0}`;
  });
  return codes.join() === wanted.join()
    ? []
    : [`ended with ${codes.join(', ') || 'nothing'}; expected ${wanted.join(', ')}`];
}
