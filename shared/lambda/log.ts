import { NotRecordedError } from '../not-recorded.ts';
import { CommandError, type CommandLog, RunNotFoundError } from '../router/commands.ts';
import { ReplayError } from '../router/router.ts';
import type { Swept } from '../router/sweep.ts';
import type { TriggerLog } from '../router/trigger.ts';
import type { Run } from '../runs/run.ts';
import type { RequestLog } from '../runs-api/http-api.ts';
import { FieldError } from '../sources/reading/fields.ts';
import { type Dispatched, EventParseError, NoRuleError, type Unrecorded } from '../sources/source.ts';
import { withoutFindings } from '../sources/without-findings.ts';
import { toMessage } from '../to-message.ts';

type Level = 'INFO' | 'WARN' | 'ERROR';

export type LambdaLog = TriggerLog &
  CommandLog &
  RequestLog & {
    /** The function could not start. */
    failed(error: unknown): void;
    /** Something about a run went wrong, and is tried again. */
    stumbled(runId: string, problem: string): void;
    /** A wake-up could not be followed. */
    unfollowed(messageId: string, problem: unknown): void;
    /** A pass of the sweep is over. */
    swept(swept: Swept, requestId: string): void;
    /** A service's event was heard, about a run or about nothing of ours. */
    told(run: Run | undefined, requestId: string): void;
  };

/**
 * One line of JSON for each invocation, with the names that Lambda's own lines have, so that CloudWatch Logs Insights
 * finds both by `requestId`. Ids and reasons only: no event, header or payload is ever logged.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
export function createLambdaLog(write: (line: string) => void): LambdaLog {
  const log = (level: Level, message: string, fields: Readonly<Record<string, unknown>>) =>
    write(JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...fields }));

  return {
    routed({ source, id, sourceArn, records }, { dispatched, unrecorded }, requestId) {
      const about = { requestId, source, sourceArn, eventId: id, records: records.length };
      // Of a batch of ten thousand, run by run, several lines: CloudWatch Logs takes none of more than 256 KB.
      for (let from = 0; from === 0 || from < dispatched.length; from += runsPerLine) {
        const runs = dispatched.slice(from, from + runsPerLine).map(toRun);
        if (from > 0 || unrecorded.length === 0) log('INFO', toSummary(dispatched), { ...about, runs });
        else log('ERROR', mustComeAgain, { ...about, runs, unrecorded: toUnrecorded(unrecorded) });
      }
    },

    refused(source, error, requestId) {
      const level = error instanceof EventParseError || error instanceof NoRuleError ? 'WARN' : 'ERROR';
      log(level, 'a payload was not taken', { requestId, source, ...toReason(error) });
    },

    commanded({ command, runId }, { id, job, status }, requestId) {
      const replay = command === 'replay' ? { replay: id } : {};
      log('INFO', `a ${command} was asked for`, { requestId, runId, ...replay, job, status });
    },

    notCommanded(command, error, requestId) {
      const isExpected = isOfOurs(error) && !(error instanceof NotRecordedError);
      const asked = command ? { command: command.command, runId: command.runId } : {};
      log(isExpected ? 'WARN' : 'ERROR', 'a command could not be done', {
        requestId,
        ...asked,
        ...toReason(error),
      });
    },

    requested({ error, ...request }, requestId) {
      const reason = error === undefined ? {} : toReason(error);
      log(toLevel(request.status), toAnswer(request.status), { requestId, ...request, ...reason });
    },

    /** There is no payload yet. */
    failed(error) {
      log('ERROR', 'the function could not start', { error: toName(error), reason: toMessage(error) });
    },

    stumbled(runId, problem) {
      log('WARN', 'it went wrong and is tried again', { runId, problem });
    },

    unfollowed(messageId, problem) {
      if (typeof problem === 'string') log('WARN', 'a message was left out', { messageId, problem });
      else log('ERROR', 'a wake-up has to come again', { messageId, ...toReason(problem) });
    },

    swept(swept, requestId) {
      const { isComplete, failed } = swept;
      const done = 'everything that was due is looked after';
      const message = isComplete
        ? `${done}${failed === 0 ? '' : ', but for what failed'}`
        : 'not all that was due is looked after, or was counted; the next pass goes on';
      log(isComplete && failed === 0 ? 'INFO' : 'WARN', message, { requestId, ...swept });
    },

    told(run, requestId) {
      if (run === undefined) {
        log('INFO', 'the event is about no run', { requestId });
        return;
      }
      const { id, job, status } = run;
      log('INFO', 'a run was told of it', { requestId, runId: id, job, status });
    },
  };
}

function toLevel(status: number): Level {
  if (status >= 500) return 'ERROR';
  return status >= 400 ? 'WARN' : 'INFO';
}

function toAnswer(status: number): string {
  if (status === 403) return 'a request was refused that no authorizer had let in';
  return status >= 500 ? 'a request could not be answered' : 'a request was answered';
}

const runsPerLine = 1000;

const mustComeAgain = 'records could not be recorded and have to come again';

function toSummary({ length }: readonly Dispatched[]): string {
  if (length === 0) return 'no job was started';
  return length === 1 ? 'a run is in the ledger' : `${length} runs are in the ledger`;
}

function toRun({ job, runId, status, outcome }: Dispatched) {
  return { job, runId, status, outcome };
}

/** Together what failed for the same reason: of an ordered batch, that's all the rest. */
function toUnrecorded(unrecorded: readonly Unrecorded[]) {
  const reasons = unrecorded.map(({ job, records, error }) => ({ job, records, ...toReason(error) }));
  const alike = Map.groupBy(reasons, ({ records: _, ...reason }) => JSON.stringify(reason));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, records: group.flatMap(({ records }) => records) }];
  });
}

type Reason = { readonly error: string; readonly reason: string; readonly stack?: string };

/** Without what an error found in the payload. */
function toReason(error: unknown): Reason {
  const name = toName(error);
  if (error instanceof EventParseError) return { error: name, reason: withoutFindings(error.message) };
  if (error instanceof FieldError) return { error: name, reason: withoutFindings(error.message) };
  if (error instanceof NoRuleError) return { error: name, reason: 'no rule of jobs.yml takes it' };
  if (isOfOurs(error)) return { error: name, reason: error.message };
  return { error: name, reason: 'an error that was not expected', stack: framesOf(error) };
}

/** Their messages have ids and reasons, and nothing of an event. */
function isOfOurs(error: unknown): error is Error {
  return (
    error instanceof NotRecordedError ||
    error instanceof CommandError ||
    error instanceof RunNotFoundError ||
    error instanceof ReplayError
  );
}

/** Where it was thrown, without the message at its head: JSON.parse, for one, quotes its text there. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { stack = '', message } = error;
  const head = stack.indexOf(message);
  return head === -1 ? '' : stack.slice(head + message.length).trim();
}

function toName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
