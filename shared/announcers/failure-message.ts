import { parseJson } from '../events/json.ts';
import type { Json } from '../events/trigger-event.ts';
import { NotRecordedError } from '../not-recorded.ts';
import { PayloadGoneError, type PayloadStore } from '../payloads/payload-store.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { StoredPayload } from '../runs/run.ts';
import { toMessage } from '../to-message.ts';
import { type Detail, mostBytes, sizeOf, toText } from './message.ts';

/** The event as the ledger has it, or where it lies; or null, and why. */
export type FailureMessage = Detail & {
  readonly event: Json | { readonly claimCheck: StoredPayload };
  readonly eventMissing?: string;
};

/** Where the event is, and where it's put when it doesn't fit. */
export type EventStores = {
  readonly ledger: Pick<Ledger, 'loadEvent'>;
  readonly payloads: Pick<PayloadStore, 'put'>;
};

/**
 * What is said of a run that failed for good, as text: at most `most` bytes with the event in it, else with a claim
 * check for it, or without it where it is gone. Throws as the ledger and the payload store do.
 */
export async function toFailureMessage(
  { ledger, payloads }: EventStores,
  detail: Detail,
  most = mostBytes,
): Promise<string> {
  let event: string | undefined;
  try {
    event = await ledger.loadEvent(detail.runId);
  } catch (error) {
    if (!(error instanceof PayloadGoneError)) throw error;
    return toMissing(detail, toMessage(error));
  }
  if (event === undefined) return toMissing(detail, 'it is not kept any more');
  const sizeBytes = sizeOf(event);
  if (sizeBytes < most) {
    const text = write({ ...detail, event: parseJson(event) ?? event });
    if (sizeOf(text) <= most) return text;
  }
  try {
    return write({
      ...detail,
      event: { claimCheck: await payloads.put({ id: detail.runId, job: detail.job }, event) },
    });
  } catch (error) {
    if (!(error instanceof NotRecordedError) || error.reason !== 'too-large') throw error;
    // The ledger has it all the same, and a replay starts with it.
    return toMissing(detail, `its ${sizeBytes} bytes fit neither into the message nor into a payload store`);
  }
}

function toMissing(detail: Detail, eventMissing: string): string {
  return write({ ...detail, event: null, eventMissing });
}

function write(message: FailureMessage): string {
  return toText(message);
}
