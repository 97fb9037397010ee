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

/**
 * What a stand-in was asked, answered and told of, for test/aws/check_calls.py: a file of JSON lines in the folder that
 * SIGNALBOX_CALLS names, written when the stand-in closes. Without that variable nothing is kept.
 */
export function createCallRecord(core: Core): CallRecord {
  const folder = process.env['SIGNALBOX_CALLS'];
  if (folder === undefined || folder === '') return { call() {}, close() {} };
  let lines = '';
  // As text at once: the services change some of what they answered with later.
  const add = (line: unknown) => {
    lines += `${JSON.stringify(line)}\n`;
  };
  core.listen((event) => add({ event }));
  return {
    call: (call, fault) => add({ call, fault }),
    close() {
      appendFileSync(join(folder, `${randomUUID()}.jsonl`), lines);
      lines = '';
    },
  };
}
