import type { Part, StackContext } from '../part.ts';
import type { JobWithPart } from '../stack.ts';
import { toAlarms } from './alarms.ts';
import { toLedger } from './ledger.ts';
import { toPayloadBucket } from './payload-bucket.ts';
import { toBasePermissions } from './permissions.ts';
import { toStateChanges } from './state-changes.ts';
import { toSweep } from './sweep.ts';
import { toUndelivered } from './undelivered.ts';
import { toWakeQueues } from './wake-queues.ts';

/** What every stack has, whatever starts its jobs and whatever they run on. */
export function toBase(context: StackContext, jobs: readonly JobWithPart[]): Part {
  const parts = [
    toLedger(context),
    toPayloadBucket(context, jobs),
    toWakeQueues(context, jobs),
    toUndelivered(context),
    toSweep(context),
    toStateChanges(context, jobs),
    toAlarms(context, jobs),
  ];
  return {
    resources: Object.assign({}, ...parts.map(({ resources }) => resources)),
    outputs: Object.assign({}, ...parts.map(({ outputs }) => outputs)),
    permissions: toBasePermissions(context, jobs),
  };
}
