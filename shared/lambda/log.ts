import type { TriggerLog } from '../router/trigger.ts';
import { EventParseError, NoRuleError } from '../sources/source.ts';
import { toMessage } from '../to-message.ts';

type Level = 'INFO' | 'WARN' | 'ERROR';

/**
 * One line of JSON for each thing that happened, with the names that Lambda's own lines have, so that CloudWatch Logs
 * Insights finds both by `requestId`. Ids and reasons only: no event, header or payload is ever logged.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
export function createLambdaLog(
  write: (line: string) => void,
): TriggerLog & { failed(error: unknown): void } {
  const log = (level: Level, message: string, fields: Readonly<Record<string, unknown>>) =>
    write(JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...fields }));

  return {
    routed({ source, id, sourceArn, records }, { dispatched, unrecorded }, requestId) {
      const about = { requestId, source, sourceArn, eventId: id, records: records.length };
      const runs = dispatched.map(({ job, runId, status, outcome }) => ({ job, runId, status, outcome }));
      const summary = runs.length === 0 ? 'no job was started' : `${runs.length} runs are in the ledger`;
      log('INFO', summary, { ...about, runs });
      for (const { job, records: failed, error } of unrecorded) {
        const reason = toMessage(error);
        log('ERROR', 'records could not be recorded and have to come again', {
          ...about,
          job,
          positions: failed,
          error: toName(error),
          reason,
        });
      }
    },

    refused(source, error, requestId) {
      const level = error instanceof EventParseError || error instanceof NoRuleError ? 'WARN' : 'ERROR';
      log(level, 'a payload was not taken', {
        requestId,
        source,
        error: toName(error),
        reason: toMessage(error),
      });
    },

    failed(error) {
      log('ERROR', 'the function could not start', { error: toName(error), reason: toMessage(error) });
    },
  };
}

function toName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
