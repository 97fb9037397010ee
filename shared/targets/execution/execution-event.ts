import { isObject } from '../../events/json.ts';
import type { EpochMs } from '../../runs/run.ts';
import type { StateChange } from '../target.ts';
import {
  type ExecutionArn,
  type ExecutionName,
  parseExecutionArn,
  parseExecutionName,
  toMachineArn,
  toMachineOf,
} from './execution-arn.ts';
import { type ExecutionState, toExecutionFinding } from './execution-finding.ts';
import { toRunToken } from './execution-token.ts';
import { toRedriveId } from './redrive.ts';

/** What a "Step Functions Execution Status Change" says. */
export type ExecutionChange = {
  readonly executionArn: string;
  /** ARN, without a version or an alias. */
  readonly stateMachine: string;
  readonly name: string;
  /** Undefined when no run started it. */
  readonly started: ExecutionName | undefined;
  readonly state: ExecutionState;
  /** When Step Functions said so. */
  readonly saidAt: EpochMs;
  /** As text; left out of events that would be too big. */
  readonly input?: string;
};

/**
 * Reads an event of Step Functions; undefined for any other, and for one without what it takes to know an execution.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function parseExecutionChange(event: unknown): ExecutionChange | undefined {
  if (!isObject(event) || event['source'] !== 'aws.states') return undefined;
  if (event['detail-type'] !== 'Step Functions Execution Status Change') return undefined;
  const { detail } = event;
  if (!isObject(detail)) return undefined;
  const { executionArn, status } = detail;
  if (typeof executionArn !== 'string' || typeof status !== 'string') return undefined;
  const arn = parseExecutionArn(executionArn);
  if (arn === undefined) return undefined;
  const input = readInput(detail);
  return {
    executionArn,
    stateMachine: readMachine(detail, arn),
    name: arn.name,
    started: parseExecutionName(arn.name),
    state: {
      status,
      ...present('startedAt', toMs(detail['startDate'])),
      ...present('stoppedAt', toMs(detail['stopDate'])),
      ...present('error', toText(detail['error'])),
      ...present('cause', toText(detail['cause'])),
      redriveCount: toCount(detail['redriveCount']),
      ...present('redrivenAt', toMs(detail['redriveDate'])),
    },
    saidAt: toMs(event['time']) ?? toMs(detail['stopDate']) ?? toMs(detail['startDate']) ?? 0,
    ...present('input', input),
  };
}

/**
 * What the change means for runs: news of the run that started it, or of what a person did, which redriving an
 * execution is as well. Undefined for a status that is not known here, of an execution that is not known either.
 */
export function toStateChange(change: ExecutionChange): StateChange | undefined {
  const { executionArn, stateMachine, started, state, saidAt, input } = change;
  const finding = toExecutionFinding(state, state.redriveCount, saidAt);
  if (started !== undefined && state.redriveCount === 0) {
    const token = toRunToken(started);
    return finding === undefined
      ? { kind: 'look', token, externalId: executionArn, ofAnyStart: true }
      : { kind: 'report', report: { token, externalId: executionArn, ...finding }, ofAnyStart: true };
  }
  if (finding === undefined) return undefined;
  return {
    kind: 'by-hand',
    resource: stateMachine,
    externalId: toRedriveId(executionArn, state.redriveCount),
    finding,
    ...present('event', input),
    ...present('redriveOf', started?.runId),
  };
}

function readMachine({ stateMachineArn }: { readonly [key: string]: unknown }, arn: ExecutionArn): string {
  const told = typeof stateMachineArn === 'string' && stateMachineArn.split(':')[5] === 'stateMachine';
  return told ? toMachineArn(stateMachineArn) : toMachineOf(arn);
}

function readInput({ input, inputDetails }: { readonly [key: string]: unknown }): string | undefined {
  if (isObject(inputDetails) && inputDetails['included'] === false) return undefined;
  return toText(input);
}

/** From epoch milliseconds, or from ISO 8601, as the event's own time is; undefined for what is no time. */
function toMs(value: unknown): EpochMs | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof milliseconds !== 'number') return undefined;
  return milliseconds > 0 && milliseconds <= 8.64e15 ? Math.round(milliseconds) : undefined;
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** 0 for events from before there were redrives. */
function toCount(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 100_000 ? value : 0;
}

function present<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: V };
}
