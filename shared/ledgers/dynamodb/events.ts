import { randomUUID } from 'node:crypto';
import type { PayloadStore } from '../../payloads/payload-store.ts';
import { isRunId } from '../../runs/identity.ts';
import { type Draft, LedgerError } from '../../runs/ledger.ts';
import type { EpochMs, StoredPayload } from '../../runs/run.ts';
import { toEventExpiry } from './expiry.ts';
import { toEventKey } from './keys.ts';
import { type Item, isExpired, type Store, textIn } from './store.ts';

/** UTF-8. An item has at most 400 KB, with its names and keys. */
const longestBytes = 300 * 1024;

/** Which event item it is: `origin` is its name for good, `writer` whoever is accepting it now. */
export type EventEntry = {
  readonly runId: string;
  readonly origin: string;
  readonly writer: string;
  readonly payload?: StoredPayload;
};

/** What it takes to accept a run. */
export type StoredDraft = { readonly entry: EventEntry; readonly draft: Omit<Draft, 'event'> };

export type EventItems = {
  /** Gives the entry that is there then, and whether this call put it; undefined when one went in just that moment. */
  put(draft: Draft): Promise<{ readonly isMine: boolean; readonly entry: EventEntry } | undefined>;
  /** For whoever goes on where another was cut off. Undefined when there is none, or it is over. */
  takeOver(runId: string): Promise<StoredDraft | undefined>;
  /** Removes an event that no run came of, unless somebody took it over. */
  drop(entry: EventEntry): Promise<void>;
  load(runId: string): Promise<string | undefined>;
};

/**
 * The event of a run with its draft, written once before anything else, so that anybody can finish what its writer
 * began. It is dropped only by who put it, and only while nobody has taken it over: a helper may see claims expire that
 * the writer saw held, and would be left with a run that has no event.
 */
export function createEventItems(
  store: Store,
  payloads: PayloadStore | undefined,
  historyDays: number,
  now: () => EpochMs,
): EventItems {
  async function toContent(
    { run, event, claims }: Draft,
    origin: string,
  ): Promise<{ item: Item; payload?: StoredPayload }> {
    const draft = JSON.stringify({ run, claims });
    const sizeBytes = Buffer.byteLength(event) + Buffer.byteLength(draft);
    if (sizeBytes <= longestBytes) return { item: { event: { S: event }, draft: { S: draft } } };
    if (payloads === undefined) {
      throw new LedgerError(
        `the event of run ${run.id} has ${sizeBytes} bytes with its claims, and the ledger's table takes ${longestBytes}: it needs a payload store`,
        { reason: 'too-large' },
      );
    }
    // With its origin, so that no two items have one object, which would be gone with the first of them.
    const payload = await payloads.put(run, JSON.stringify({ origin, run, claims, event }));
    return { item: { payload: { S: JSON.stringify(payload) } }, payload };
  }

  async function readPayload(payload: StoredPayload): Promise<Draft> {
    if (payloads === undefined) {
      throw new LedgerError('the event lies in a payload store, and the ledger was given none');
    }
    return JSON.parse(await payloads.get(payload));
  }

  /** Only left behind when it fails: it is as safe there, and is removed with the old ones. */
  async function forget(payload: StoredPayload | undefined): Promise<void> {
    if (payload !== undefined) await payloads?.remove(payload).catch(() => {});
  }

  async function read(runId: string, attributes: readonly string[]): Promise<Item | undefined> {
    const item = await store.get(toEventKey(runId), [...attributes, 'expires']);
    return item === undefined || isExpired(item, now()) ? undefined : item;
  }

  return {
    async put(draft) {
      const writer = randomUUID();
      const runId = draft.run.id;
      const { item, payload } = await toContent(draft, writer);
      const entry = { runId, origin: writer, writer, ...(payload && { payload }) };
      const expires = toEventExpiry(draft.run, historyDays);
      const isPut = await store.put(
        {
          ...toEventKey(runId),
          ...item,
          origin: { S: writer },
          writer: { S: writer },
          expires: { N: String(expires) },
        },
        {
          that: 'attribute_not_exists(pk) OR expires <= :now',
          values: { ':now': { N: String(Math.floor(now() / 1000)) } },
        },
      );
      if (isPut) return { isMine: true, entry };
      const there = await read(runId, ['origin', 'writer', 'payload']);
      const known = there && toEntry(runId, there);
      // The answer was lost, and the write repeated. Somebody may have taken it over since.
      if (known?.origin === writer) return { isMine: true, entry: known };
      await forget(payload);
      return known && { isMine: false, entry: known };
    },

    async takeOver(runId) {
      const item = await store.update(
        toEventKey(runId),
        'SET writer = :writer',
        {
          that: 'attribute_exists(pk) AND expires > :now',
          values: { ':writer': { S: randomUUID() }, ':now': { N: String(Math.floor(now() / 1000)) } },
        },
        'item',
      );
      if (item === undefined) return undefined;
      const entry = toEntry(runId, item);
      const { run, claims }: Draft =
        entry.payload === undefined
          ? JSON.parse(textIn(item, 'draft') ?? '')
          : await readPayload(entry.payload);
      return { entry, draft: { run, claims } };
    },

    async drop(entry) {
      const isDropped = await store.remove(toEventKey(entry.runId), {
        that: 'writer = :writer',
        values: { ':writer': { S: entry.writer } },
      });
      if (isDropped) await forget(entry.payload);
    },

    async load(runId) {
      if (!isRunId(runId)) return undefined;
      const item = await read(runId, ['event', 'payload']);
      if (item === undefined) return undefined;
      const { payload } = toEntry(runId, item);
      return payload === undefined ? textIn(item, 'event') : (await readPayload(payload)).event;
    },
  };
}

function toEntry(runId: string, item: Item): EventEntry {
  const payload = textIn(item, 'payload');
  return {
    runId,
    origin: textIn(item, 'origin') ?? '',
    writer: textIn(item, 'writer') ?? '',
    ...(payload !== undefined && { payload: JSON.parse(payload) }),
  };
}
