import { toReason } from '../../aws/errors.ts';
import type { Cause } from '../../runs/failure.ts';
import type { EpochMs } from '../../runs/run.ts';
import { toDetails } from '../details.ts';
import type { Finding } from '../target.ts';
import { toExecutionReason } from './execution-reason.ts';

/** What Step Functions says of an execution, in an answer or in an event. */
export type ExecutionState = {
  readonly status: string;
  /** Of the execution; a redrive does not change it. */
  readonly startedAt?: EpochMs;
  readonly stoppedAt?: EpochMs;
  readonly error?: string;
  readonly cause?: string;
  /** How often it was redriven; the rest is about the newest of these lives. */
  readonly redriveCount: number;
  readonly redrivenAt?: EpochMs;
};

/**
 * How it is with one life of an execution: `redrive` says which, 0 is the first. `seenAt` stands in for times that are
 * not told. Undefined when its state says nothing of that life, or has a status that is not known here.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 */
export function toExecutionFinding(
  state: ExecutionState,
  redrive: number,
  seenAt: EpochMs,
): Finding | undefined {
  const begunAt = redrive === 0 ? state.startedAt : state.redrivenAt;
  if (state.redriveCount < redrive) return undefined;
  if (state.redriveCount > redrive) return toRedriven(state, redrive, seenAt);
  const times = {
    ...(begunAt === undefined ? {} : { startedAt: begunAt }),
    endedAt: state.stoppedAt ?? seenAt,
  };
  // The cause may quote the event, so only what is known to be the reason is taken from it.
  const about = toDetails({ stopCode: state.error, stopReason: toExecutionReason(undefined, state.cause) });
  const failed = (failure: Cause): Finding => ({ state: 'ended', ...times, failure, ...about });
  switch (state.status) {
    case 'RUNNING':
    // Of a Distributed Map's child, which waits for its turn to go on.
    case 'PENDING_REDRIVE':
      return { state: 'running', startedAt: begunAt ?? seenAt };
    case 'SUCCEEDED':
      return { state: 'ended', ...times };
    case 'FAILED':
      return failed(toCause('exit-code', state, 'the execution failed'));
    case 'TIMED_OUT':
      return failed(toCause('timed-out', state, 'the execution timed out'));
    case 'ABORTED':
      return failed(toCause('stopped', state, 'the execution was stopped'));
    default:
      return undefined;
  }
}

/** Only what did not succeed is redriven; how exactly it ended is not told any more. */
function toRedriven(state: ExecutionState, redrive: number, seenAt: EpochMs): Finding {
  return {
    state: 'ended',
    ...(redrive === 0 && state.startedAt !== undefined ? { startedAt: state.startedAt } : {}),
    endedAt: state.redrivenAt ?? seenAt,
    failure: { class: 'exit-code', reason: 'the execution did not succeed, and was redriven since' },
  };
}

function toCause(name: Cause['class'], { error, cause }: ExecutionState, otherwise: string): Cause {
  return { class: name, reason: toReason(toExecutionReason(error, cause) ?? otherwise) };
}
