import type { Log } from '../shared/local/log.ts';
import type { CommandLog } from '../shared/router/commands.ts';
import type { TriggerLog } from '../shared/router/trigger.ts';
import { toMessage } from '../shared/to-message.ts';

/** Tells of payloads that were not taken, or started nothing; what is in the ledger tells of itself. */
export function createTriggerLog(log: Log): TriggerLog & CommandLog {
  return {
    routed({ source }, { dispatched, unrecorded }) {
      for (const { job, records, error } of unrecorded) {
        const which = `${records.length} ${records.length === 1 ? 'record' : 'records'}`;
        log.warn(`${source}: ${which} for ${job} could not be recorded: ${toMessage(error)}`);
      }
      if (dispatched.length + unrecorded.length === 0) log.info(`${source}: a payload started nothing`);
    },
    refused(source, error) {
      log.warn(`${source}: a payload was not taken: ${toMessage(error)}`);
    },
    commanded() {},
    notCommanded(command, error) {
      log.warn(`manual: ${command?.command ?? 'a command'} could not be done: ${toMessage(error)}`);
    },
  };
}
