/**
 * `node bench/normalise.ts`: from the bytes that Lambda hands over to the text of STP_TRIGGER_EVENT_DATA, for each
 * source, against the floor: JSON.parse, Buffer, gunzip and JSON.stringify on the same bytes, with nothing made of
 * them. And against @aws-lambda-powertools/parser, which parses an event with a schema and makes no text of it, so
 * it's given the same JSON.stringify. All in one run, in turns.
 */
import type { SourceName } from '../shared/events/trigger-event.ts';
import { parseJobs } from '../shared/jobs/parse.ts';
import { toEventText } from '../shared/router/event-text.ts';
import { toParts } from '../shared/router/part.ts';
import { sources } from '../shared/sources/sources.ts';
import { floors } from './normalise-floor.ts';
import { benchPayloads } from './normalise-payloads.ts';
import { findPeer } from './normalise-peers.ts';

const rounds = 15;
const millisecondsPerTurn = 25;
const mostRatio = 1.6;

// What a job would get of the whole delivery; which job it is makes no difference to that.
const { jobs } = parseJobs(
  'service: bench\njobs: { a: { target: process, local: { command: ["true"] }, events: [{ type: manual }] } }',
  'jobs.yml',
);
const [job] = jobs;
const [rule] = job?.events ?? [];
if (job === undefined || rule === undefined) throw new Error('there is no job to match');
const invocation = {
  requestId: 'request-1',
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:t',
};

let slowest = 0;
print('source', 'bytes', 'floor µs', 'ours µs', 'ours/floor', 'powertools/floor');
for (const [name, payload] of Object.entries(benchPayloads) as [SourceName, unknown][]) {
  const text = JSON.stringify(payload);
  const source = sources[name];
  const { records } = source.parse(payload, invocation);
  if (records.some((record) => 'error' in record)) throw new Error(`a record of ${name} can't be read`);
  const match = { job, rule, records: records.map((_, position) => position), hasGaps: false };
  const peer = findPeer(name);
  const [floor = 0, ours = 0, theirs] = race([
    () => floors[name](text).length,
    () => {
      const delivery = source.parse(JSON.parse(text), invocation);
      return toEventText(delivery, toParts(delivery, match), match).event.length;
    },
    ...(peer === undefined ? [] : [() => peer(text).length]),
  ]);
  const ratio = ours / floor;
  slowest = Math.max(slowest, ratio);
  const peerRatio = theirs === undefined ? '–' : (theirs / floor).toFixed(2);
  print(name, text.length, floor.toFixed(1), ours.toFixed(1), ratio.toFixed(2), peerRatio);
}
process.stdout.write(
  `the slowest source takes ${slowest.toFixed(2)} times the floor, at most ${mostRatio}\n`,
);
if (slowest > mostRatio) process.exitCode = 1;

/** The median time of one call of each, in microseconds; they take turns, so that all see the same machine. */
function race(calls: readonly (() => number)[]): readonly number[] {
  for (const call of calls) repeat(call, 200);
  const times = calls.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, call] of calls.entries()) times[index]?.push(repeat(call, millisecondsPerTurn));
  }
  return times.map((all) => all.sort((a, b) => a - b)[rounds >> 1] ?? 0);
}

function repeat(call: () => number, milliseconds: number): number {
  const start = performance.now();
  const end = start + milliseconds;
  let calls = 0;
  let now = start;
  // What a call gives is used, so that none of it can be left out.
  let used = 0;
  while (now < end) {
    for (let index = 0; index < 5; index++) used += call();
    calls += 5;
    now = performance.now();
  }
  if (used === 0) throw new Error('nothing was written');
  return ((now - start) * 1000) / calls;
}

function print(...columns: readonly (string | number)[]): void {
  const [first, ...rest] = columns.map(String);
  process.stdout.write(`${first?.padEnd(28)}${rest.map((text) => text.padStart(18)).join('')}\n`);
}
