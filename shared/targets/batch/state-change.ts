import { isObject, parseJson } from '../../events/json.ts';
import { toToken } from '../../runs/run.ts';
import { parseExecutionChange, toStateChange } from '../execution/execution-event.ts';
import type { StateChange } from '../target.ts';
import { withFailure } from './failure.ts';
import { parseJob, parseJobName } from './job.ts';

/**
 * What an event says: one of a job is about a try of a run, one of an execution about the run, or about what a person
 * started. Undefined for all others, and for an execution that a run started as an attempt, which is another target's.
 */
export function readStateChange(event: unknown): StateChange | undefined {
  return readJobChange(event) ?? readExecutionChange(event);
}

/** https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html */
function readJobChange(event: unknown): StateChange | undefined {
  if (!isObject(event) || event['source'] !== 'aws.batch') return undefined;
  if (event['detail-type'] !== 'Batch Job State Change') return undefined;
  const job = parseJob(event['detail']);
  const named = job && parseJobName(job.name);
  if (job === undefined || named === undefined) return undefined;
  const { runId, number } = named;
  return {
    kind: 'report',
    report: { token: toToken(runId, 1, 1), state: 'tried', try: { number, ...job.tried } },
    ofAnyStart: true,
  };
}

function readExecutionChange(event: unknown): StateChange | undefined {
  const change = parseExecutionChange(event);
  if (change === undefined || change.started?.attempt !== undefined) return undefined;
  const told = toStateChange(change);
  if (told?.kind === 'by-hand') {
    const { event: input, ...rest } = told;
    const given = input === undefined ? undefined : readEvent(input);
    return {
      ...rest,
      finding: withFailure(told.finding),
      ...(given === undefined ? {} : { event: given }),
    };
  }
  if (told?.kind !== 'report') return told;
  const { report } = told;
  const finding = withFailure(report);
  if (
    finding.state === 'ended' &&
    finding.failure !== undefined &&
    mayLeaveJobs.includes(finding.failure.class)
  ) {
    // Its last job may live on.
    return { kind: 'look', token: report.token, externalId: change.executionArn, ofAnyStart: true };
  }
  return { ...told, report: finding };
}

/** What an execution ends with that did not see its last job end. */
const mayLeaveJobs: readonly string[] = ['stopped', 'timed-out', 'lost'];

/** The event of an execution's input, which a person or Signalbox gave; as text. */
function readEvent(input: string): string | undefined {
  const parsed = parseJson(input);
  if (!isObject(parsed)) return undefined;
  const { event, environment } = parsed;
  if (event !== undefined) return typeof event === 'string' ? event : JSON.stringify(event);
  const variables = Array.isArray(environment) ? environment.filter(isObject) : [];
  const value = variables.find(({ Name }) => Name === 'STP_TRIGGER_EVENT_DATA')?.['Value'];
  return typeof value === 'string' ? value : undefined;
}
