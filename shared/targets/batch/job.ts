import { isObject } from '../../events/json.ts';
import type { EpochMs, Try } from '../../runs/run.ts';
import { toDetails, toStopReason } from '../details.ts';
import { judge } from './verdict.ts';

/** A job of Batch, as far as a run wants to know, from an answer of the service or from one of its events. */
export type BatchJob = {
  readonly id: string;
  readonly name: string;
  readonly hasEnded: boolean;
  /** In its queue: nothing of it has begun. */
  readonly isWaiting: boolean;
  /** Why it is how it is, in Batch's words; empty when it doesn't say. */
  readonly statusReason: string;
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
  const hasEnded = status === 'SUCCEEDED' || status === 'FAILED';
  const createdAt = toMs(detail['createdAt']);
  const endedAt = stoppedAt ?? startedAt ?? createdAt ?? 0;
  const statusReason = toText(detail['statusReason']);
  const containerReason = toText(container['reason']);
  const { exitCode } = container;
  return {
    id: jobId,
    name: jobName,
    hasEnded,
    isWaiting: ['SUBMITTED', 'PENDING', 'RUNNABLE'].includes(status),
    statusReason,
    createdAt: createdAt ?? 0,
    tried: {
      externalId: jobId,
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(hasEnded ? { endedAt } : {}),
      ...toDetails({
        exitCode,
        stopReason: hasEnded ? toStopReason(statusReason, containerReason) : undefined,
        logGroup: toLogGroup(container['logConfiguration']),
        logStream: container['logStreamName'],
      }),
      ...(status === 'FAILED'
        ? {
            failure: judge({
              statusReason,
              containerReason,
              exitCode: typeof exitCode === 'number' && Number.isInteger(exitCode) ? exitCode : -1,
              isStopped: detail['isTerminated'] === true || detail['isCancelled'] === true,
            }),
          }
        : {}),
    },
  };
}

/**
 * Where the job's definition has it write, or else where Batch does. Of the driver's options no other is read: they may
 * hold credentials. https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
 */
function toLogGroup(configuration: unknown): string {
  const options = isObject(configuration) ? configuration['options'] : undefined;
  const group = isObject(options) ? toText(options['awslogs-group']) : '';
  return group === '' ? '/aws/batch/job' : group;
}

/** Epoch milliseconds; Batch says 0 of what has not happened. */
function toMs(value: unknown): EpochMs | undefined {
  return typeof value === 'number' && value > 0 && value <= 8.64e15 ? Math.round(value) : undefined;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
