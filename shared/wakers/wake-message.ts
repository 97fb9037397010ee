import { isRunId } from '../runs/identity.ts';
import type { EpochMs } from '../runs/run.ts';

/** What a message of the wake queue says: the run, and when it is to be looked at. */
export type WakeMessage = { readonly runId: string; readonly at: EpochMs };

/** Reads a message's body; undefined for what a waker can't have sent. */
export function parseWakeMessage(body: string): WakeMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { runId, at }: { runId?: unknown; at?: unknown } = value;
  return isRunId(runId) && isDate(at) ? { runId, at } : undefined;
}

/** The dates that JavaScript knows, from 1970 on. */
function isDate(value: unknown): value is EpochMs {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 8.64e15;
}
