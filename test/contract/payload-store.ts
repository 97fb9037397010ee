import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PayloadGoneError, type PayloadStore } from '../../shared/payloads/payload-store.ts';
import { toRun, toRunId } from '../support/draft.ts';

const run = toRun();

/** A store of the test's own; `ruin` changes what lies at a URI behind the store's back. */
export type OpenPayloadStore = () => OpenedPayloadStore | Promise<OpenedPayloadStore>;

export type OpenedPayloadStore = {
  readonly store: PayloadStore;
  readonly ruin: (uri: string, text: string | undefined) => Promise<void> | void;
};

/** What every payload store owes the engine. */
export function testPayloadStore(name: string, open: OpenPayloadStore): void {
  describe(`the payload store ${name}`, () => {
    it('gives back what was stored, and says where it is, how big, and with which hash', async () => {
      const { store } = await open();
      const text = '{"name":"größe 🚀"}';
      const payload = await store.put(run, text);
      expect(payload.sizeBytes).toBe(23);
      expect(payload.sha256).toBe(createHash('sha256').update(text).digest('hex'));
      expect(new URL(payload.uri).href).toBe(payload.uri);
      expect(await store.get(payload)).toBe(text);
    });

    it('gives the same answer when the same is stored again', async () => {
      const { store } = await open();
      const first = await store.put(run, '{"a":1}');
      expect(await store.put(run, '{"a":1}')).toEqual(first);
      expect(await store.get(first)).toBe('{"a":1}');
    });

    it('gives the same answer to all who store the same at once', async () => {
      const { store } = await open();
      const text = 'x'.repeat(200_000);
      const payloads = await Promise.all(Array.from({ length: 10 }, () => store.put(run, text)));
      expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
      expect(payloads[0] && (await store.get(payloads[0]))).toBe(text);
    });

    it('keeps different texts of one run, and texts of different formats, beside each other', async () => {
      const { store } = await open();
      const one = await store.put(run, '{"a":1}');
      const two = await store.put(run, '{"a":2}');
      const line = await store.put(run, 'A=1\n', 'env');
      expect([await store.get(one), await store.get(two), await store.get(line)]).toEqual([
        '{"a":1}',
        '{"a":2}',
        'A=1\n',
      ]);
      expect(line.uri).toMatch(/\.env$/);
      expect(one.uri).toMatch(/\.json$/);
    });

    it('keeps runs apart', async () => {
      const { store } = await open();
      const one = await store.put(toRun({ id: toRunId(1) }), '1');
      const two = await store.put(toRun({ id: toRunId(2) }), '2');
      expect([await store.get(one), await store.get(two)]).toEqual(['1', '2']);
    });

    it('keeps ten megabytes, and nothing at all', async () => {
      const { store } = await open();
      const big = 'é'.repeat(5_000_000);
      const payload = await store.put(toRun({ id: toRunId(1) }), big);
      expect(payload.sizeBytes).toBe(10_000_000);
      expect((await store.get(payload)) === big).toBe(true);
      expect(await store.get(await store.put(toRun({ id: toRunId(2) }), ''))).toBe('');
    });

    it('forgets what is removed, and nothing else; removing it twice is once', async () => {
      const { store } = await open();
      const kept = await store.put(toRun({ id: toRunId(1) }), 'kept');
      const removed = await store.put(toRun({ id: toRunId(2) }), 'removed');
      await store.remove(removed);
      await store.remove(removed);
      await expect(store.get(removed)).rejects.toThrow(PayloadGoneError);
      expect(await store.get(kept)).toBe('kept');
    });

    it('throws a PayloadGoneError that names the place when the payload is gone', async () => {
      const { store, ruin } = await open();
      const payload = await store.put(run, '{}');
      await ruin(payload.uri, undefined);
      await expect(store.get(payload)).rejects.toThrow(PayloadGoneError);
      await expect(store.get(payload)).rejects.toThrow(payload.uri);
    });

    it('throws a PayloadGoneError when it is not what was stored', async () => {
      const { store, ruin } = await open();
      const payload = await store.put(run, '{"amount":1}');
      await ruin(payload.uri, '{"amount":9}');
      await expect(store.get(payload)).rejects.toThrow(PayloadGoneError);
      await expect(store.get(payload)).rejects.toThrow('not what was stored');
    });
  });
}
