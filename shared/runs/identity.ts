import { createHash } from 'node:crypto';

/**
 * A run's id: 26 characters of 0-9 and a-z, the same for the same delivery or record and job wherever and whenever
 * it is computed. No rule, time or chance goes into it, so a redelivery, a crash or a deploy doesn't make a second run.
 */
export function toRunId(job: string, sourceArn: string, deliveryOrRecordId: string): string {
  // As JSON, so that no two different triples make the same text.
  const digest = createHash('sha256')
    .update(JSON.stringify([job, sourceArn, deliveryOrRecordId]))
    .digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(26, '0').slice(-26);
}

/** Of the replay of a run under a request id. */
export function toReplayId(
  { id, job }: { readonly id: string; readonly job: string },
  requestId: string,
): string {
  return toRunId(job, `replay:${id}`, requestId);
}

export function isRunId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-z]{26}$/.test(value);
}
