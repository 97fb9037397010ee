import type { AwsClients } from '../../aws/clients.ts';
import { toReason } from '../../aws/errors.ts';
import { inParallel } from '../../in-parallel.ts';
import { type EpochMs, parseToken } from '../../runs/run.ts';
import { toMessage } from '../../to-message.ts';
import { describeExecutions } from '../execution/describe-executions.ts';
import { parseExecutionArn } from '../execution/execution-arn.ts';
import { findExecution } from '../execution/execution-token.ts';
import { startExecution } from '../execution/start-execution.ts';
import { stopExecution } from '../execution/stop-execution.ts';
import type { Handle, Report, StartAnswer, Target } from '../target.ts';
import { withFailure } from './failure.ts';
import { measureInline, toExecutionInput } from './input.ts';
import { cancelJob, type FoundJob, findJobs, terminateJob } from './jobs.ts';
import { readStateChange } from './state-change.ts';
import { toUnwanted } from './unwanted.ts';

/** Executions whose jobs are looked at: two calls each. */
const looksAtOnce = 10;

export type BatchOptions = {
  /** After which a call is given up; 10 by default. */
  readonly callSeconds?: number;
  /** After which no more jobs are listed in one look at many executions; 30 by default. */
  readonly lookSeconds?: number;
  readonly now?: () => EpochMs;
};

/**
 * Runs a job on AWS Batch through the state machine that was generated for it (machine.ts), which submits its jobs and
 * keeps its attempts: for the engine it's one attempt, with tries.
 *
 * Takes:  orders whose work is a batch job; the event inline up to ECS's 8,192 characters of overrides.
 * Gives:  `started` with the execution's ARN.
 * Repeat: the execution is named after the run, and Step Functions keeps one execution of a name.
 * Needs:  states:StartExecution on the machine, states:DescribeExecution and states:StopExecution on its executions,
 *         batch:ListJobs and batch:DescribeJobs, batch:TerminateJob and batch:CancelJob on the jobs.
 */
export function createBatchTarget(
  { sfn, batch }: Pick<AwsClients, 'sfn' | 'batch'>,
  { callSeconds, lookSeconds = 30, now = Date.now }: BatchOptions = {},
): Target {
  return {
    name: 'batch',
    limits: { inline: measureInline },

    async start(order, event, how) {
      const { work, token } = order;
      if (work.target !== 'batch') return refuse(`a batch job can't be started for ${work.target}`);
      const name = toName(token);
      if (name === undefined) return refuse(`${token} is not a token`);
      const input = toExecutionInput({ ...order, work }, event);
      const request = { stateMachineArn: work.stateMachine, name, input };
      return startExecution(sfn, request, { by: how?.by, now, callSeconds });
    },

    async stop(handle) {
      const answer = await stopExecution(sfn, handle, toName, callSeconds);
      // While the execution lives, it would take the end of its job for a failure, and may submit another one.
      if (answer.kind !== 'asked') return answer;
      try {
        await terminateLiving(handle, await listJobs(handle));
        return answer;
      } catch (error) {
        return { kind: 'unknown', reason: toReason(toMessage(error)) };
      }
    },

    async describe(handles) {
      const reports = await describeExecutions(sfn, handles, toName, { now, callSeconds });
      const told = reports.flatMap((report, index) => {
        const handle = handles[index];
        return handle === undefined ? [] : [{ handle, report: withFailure(report) }];
      });
      const until = now() + lookSeconds * 1000;
      const all = await inParallel(
        told,
        ({ handle, report }) => withJobs(handle, report, until),
        looksAtOnce,
      );
      const seen = all.filter((each) => each !== undefined);
      return [...seen.map(({ report }) => report), ...seen.flatMap(({ tries }) => tries)];
    },

    report: readStateChange,
  };

  /**
   * What came of its jobs is told besides, as far as it is to be seen. An execution has not ended while a job lives;
   * undefined when there was no time to find that out.
   */
  async function withJobs(
    handle: Handle,
    report: Report,
    until: EpochMs,
  ): Promise<{ report: Report; tries: Report[] } | undefined> {
    if (report.state !== 'running' && report.state !== 'ended') return { report, tries: [] };
    const mustKnow = report.state === 'ended' && report.failure !== undefined;
    if (now() > until) return mustKnow ? undefined : { report, tries: [] };
    const jobs = await listJobs(handle).catch((error: unknown) => {
      if (mustKnow) throw error;
      return [];
    });
    const tries = jobs.map(({ tried }): Report => ({ token: handle.token, state: 'tried', try: tried }));
    if (report.state === 'running') {
      await endUnwanted(handle, jobs);
      return { report, tries };
    }
    if (jobs.every(({ hasEnded }) => hasEnded)) return { report, tries };
    const terminated = terminateLiving(handle, jobs);
    if (!mustKnow) {
      // It has what it wanted: this is a second job of a submission that acted twice.
      await terminated.catch(() => undefined);
      return { report, tries };
    }
    await terminated;
    const { token, externalId, startedAt = now() } = report;
    return {
      report: { token, ...(externalId === undefined ? {} : { externalId }), state: 'running', startedAt },
      tries,
    };
  }

  /** One that can't be ended now is found by the next look. */
  async function endUnwanted({ work }: Handle, jobs: readonly FoundJob[]): Promise<void> {
    if (work.target !== 'batch') return;
    const ended = toUnwanted(jobs, work, now()).map(({ id, reason, isWaiting }) =>
      isWaiting ? cancelJob(batch, id, reason, callSeconds) : terminateJob(batch, id, reason, callSeconds),
    );
    await Promise.allSettled(ended);
  }

  async function listJobs(handle: Handle): Promise<readonly FoundJob[]> {
    const { work } = handle;
    const found = findExecution(handle, toName);
    const name = found && parseExecutionArn(found.arn)?.name;
    if (work.target !== 'batch' || name === undefined) return [];
    return findJobs(batch, work.jobQueue, name, callSeconds);
  }

  async function terminateLiving({ token }: Handle, jobs: readonly FoundJob[]): Promise<void> {
    const reason = `Signalbox asked for the end of ${token}`;
    const living = jobs.filter(({ hasEnded }) => !hasEnded);
    await inParallel(living, ({ id }) => terminateJob(batch, id, reason, callSeconds));
  }
}

/**
 * The name of a run's execution: its id. There is one attempt of it here; should there ever be others, they have their
 * number in their names, as those of other machines do.
 */
function toName(token: string): string | undefined {
  const parsed = parseToken(token);
  if (parsed === undefined) return undefined;
  return parsed.attempt === 1 ? parsed.runId : `${parsed.runId}-${parsed.attempt}`;
}

function refuse(reason: string): StartAnswer {
  return { kind: 'refused', cause: { class: 'rejected', reason: toReason(reason) } };
}
