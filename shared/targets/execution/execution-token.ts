import { parseToken, toToken } from '../../runs/run.ts';
import type { Handle } from '../target.ts';
import { type ExecutionName, toExecutionArn } from './execution-arn.ts';
import { parseRedriveId } from './redrive.ts';

/** All starts of an attempt have one name, so the token's start number, 1, says nothing. */
export function toRunToken({ runId, attempt = 1 }: ExecutionName): string {
  return toToken(runId, attempt, 1);
}

/** `<run id>-<attempt>`; undefined for what is no token. */
export function toAttemptName(token: string): string | undefined {
  const parsed = parseToken(token);
  return parsed && `${parsed.runId}-${parsed.attempt}`;
}

/**
 * Which execution a handle means, and which of its lives: by its external id, or else by the name that `toName` makes
 * of its token. Undefined when neither tells.
 */
export function findExecution(
  { token, externalId, work }: Handle,
  toName: (token: string) => string | undefined,
): { readonly arn: string; readonly redrive: number } | undefined {
  if (externalId !== undefined) return parseRedriveId(externalId);
  const name = toName(token);
  if (name === undefined || !('stateMachine' in work)) return undefined;
  return { arn: toExecutionArn(work.stateMachine, name), redrive: 0 };
}
