import { isObject } from '../../events/json.ts';
import type { EpochMs, Try } from '../../runs/run.ts';
import { judge } from './verdict.ts';

/** A job of Batch, as far as a run wants to know, from an answer of the service or from one of its events. */
export type BatchJob = {
  readonly id: string;
  readonly name: string;
  readonly hasEnded: boolean;
  /** 0 when it isn't said. */
  readonly createdAt: EpochMs;
  readonly tried: Omit<Try, 'number'>;
};

const runShape = /^([0-9a-z]{26})-/;
const suffixShape = /^-([1-9][0-9]{0,2})(?:-[1-9][0-9]?)?$/;

/**
 * Which try of an execution a job is, by its name: `<execution>-<number>`, and `<execution>-<number>-<n>` after the nth
 * interruption. Undefined when it isn't a job of that execution.
 */
export function parseTryNumber(executionName: string, jobName: string): number | undefined {
  if (!jobName.startsWith(executionName)) return undefined;
  const [, number] = suffixShape.exec(jobName.slice(executionName.length)) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Which run and which of its tries a job is. Undefined for a job that no run submitted. */
export function parseJobName(name: string): { readonly runId: string; readonly number: number } | undefined {
  const [, runId] = runShape.exec(name) ?? [];
  const number = runId === undefined ? undefined : parseTryNumber(runId, name);
  return runId === undefined || number === undefined ? undefined : { runId, number };
}

/** Reads the `detail` of an event, or a job of DescribeJobs: they have one shape. Undefined when it isn't one. */
export function parseJob(detail: unknown): BatchJob | undefined {
  if (!isObject(detail)) return undefined;
  const { jobId, jobName, status } = detail;
  if (typeof jobId !== 'string' || typeof jobName !== 'string' || typeof status !== 'string')
    return undefined;
  if (jobId === '' || jobId.length > 100) return undefined;
  const container = isObject(detail['container']) ? detail['container'] : {};
  const startedAt = toMs(detail['startedAt']);
  const stoppedAt = toMs(detail['stoppedAt']);
  const logStream = toText(container['logStreamName']);
  const hasEnded = status === 'SUCCEEDED' || status === 'FAILED';
  const endedAt = stoppedAt ?? startedAt ?? toMs(detail['createdAt']) ?? 0;
  const { exitCode } = container;
  return {
    id: jobId,
    name: jobName,
    hasEnded,
    createdAt: toMs(detail['createdAt']) ?? 0,
    tried: {
      externalId: jobId,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(hasEnded ? { endedAt } : {}),
      ...(logStream === '' || logStream.length > 512 ? {} : { logStream }),
      ...(status === 'FAILED'
        ? {
            failure: judge({
              statusReason: toText(detail['statusReason']),
              containerReason: toText(container['reason']),
              exitCode: typeof exitCode === 'number' && Number.isInteger(exitCode) ? exitCode : -1,
              isStopped: detail['isTerminated'] === true || detail['isCancelled'] === true,
            }),
          }
        : {}),
    },
  };
}

/** Epoch milliseconds; Batch says 0 of what has not happened. */
function toMs(value: unknown): EpochMs | undefined {
  return typeof value === 'number' && value > 0 && value <= 8.64e15 ? Math.round(value) : undefined;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
