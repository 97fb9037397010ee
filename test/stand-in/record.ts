import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from './core.ts';
import type { Fault } from './faults.ts';
import type { Call } from './stand-in.ts';

export type CallRecord = {
  readonly call: (call: Call, fault: Fault['kind'] | undefined) => void;
  readonly close: () => void;
};

const folder = process.env['SIGNALBOX_CALLS'] ?? '';

/**
 * What a stand-in was asked, answered and told of, for test/aws/check_calls.py: a file of JSON lines in the folder that
 * SIGNALBOX_CALLS names, written when the stand-in closes. Without that variable nothing is kept.
 */
export function createCallRecord(core: Core): CallRecord {
  if (folder === '') return { call() {}, close() {} };
  let lines = '';
  // As text at once: the services change some of what they answered with later.
  const add = (line: unknown) => {
    lines += `${JSON.stringify(line)}\n`;
  };
  core.listen((event) => add({ event }));
  return {
    call: (call, fault) => add({ call, fault }),
    close() {
      write(lines);
      lines = '';
    },
  };
}

/** A state machine's call to Batch, whose names are in PascalCase, and what its task gave or failed with. */
export function recordTask(task: string, request: unknown, result: Promise<unknown>): void {
  if (folder === '') return;
  const add = (end: object) => write(`${JSON.stringify({ task: { task, request, ...end } })}\n`);
  result.then(
    (answer) => add({ answer }),
    ({ name, message }: { readonly name?: unknown; readonly message?: unknown }) => add({ name, message }),
  );
}

function write(lines: string): void {
  appendFileSync(join(folder, `${process.pid}-${randomUUID()}.jsonl`), lines);
}
