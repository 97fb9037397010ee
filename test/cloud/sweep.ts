import type { Ledger } from '../../shared/runs/ledger.ts';
import type { EpochMs } from '../../shared/runs/run.ts';

/** Runs that are overdue for so long have been forgotten by those who should have gone on with them. */
const graceMs = 1000;

/**
 * What a sweep of the ledger does: whatever is overdue there is woken, also what nobody sent a wake-up for, such as the
 * end of a job's time.
 */
export async function sweep(
  ledger: Ledger,
  invoke: (name: string, payload: unknown) => Promise<unknown>,
  now: EpochMs,
): Promise<void> {
  const lanes = await Promise.all(
    (['line', 'rest'] as const).map((of) => ledger.due({ now: now - graceMs, limit: 10, of })),
  );
  const Records = lanes.flat().map(({ id: runId }) => ({
    messageId: `sweep-${runId}`,
    body: JSON.stringify({ runId, at: now }),
  }));
  if (Records.length > 0) await invoke('wake', { Records });
}
