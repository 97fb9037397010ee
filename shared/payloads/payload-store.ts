import { NotRecordedError } from '../not-recorded.ts';
import type { Run, StoredPayload } from '../runs/run.ts';

/** `env`: one line `NAME=value`, as a container's environment file has them. */
export type PayloadFormat = 'json' | 'env';

/** Whose event it is. */
export type PayloadOwner = Pick<Run, 'id' | 'job'>;

/**
 * Where events lie that don't fit into a request, or must not be seen in one.
 * One contract suite (test/contract/payload-store.ts) for all of them. What fails throws PayloadError.
 */
export interface PayloadStore {
  /**
   * Stores a text for a run, whole or not at all. Storing the same again gives the same answer; a different text of the
   * same run is kept beside it.
   */
  put(run: PayloadOwner, text: string, format?: PayloadFormat): Promise<StoredPayload>;
  /** Gives the text back. Throws PayloadGoneError when it is gone or isn't what was stored. */
  get(payload: StoredPayload): Promise<string>;
  /** Forgets it. It may be gone already. */
  remove(payload: StoredPayload): Promise<void>;
}

export class PayloadError extends NotRecordedError {
  override readonly name: string = 'PayloadError';
}

/** What was asked for is not there, or is not what was stored: it stays so, however often it's asked for. */
export class PayloadGoneError extends PayloadError {
  override readonly name = 'PayloadGoneError';
}
