import { PayloadError, type PayloadStore } from './payload-store.ts';

/** For where no place was set up for big events: they are refused, and nothing else is. */
export function createNoPayloadStore(): PayloadStore {
  return {
    async put({ id }, text) {
      const sizeBytes = Buffer.byteLength(text);
      throw new PayloadError(
        `the event of run ${id} (${sizeBytes} bytes) is too big for its target, and no payload store is set up`,
        { reason: 'too-large' },
      );
    },
    async get({ uri }) {
      throw new PayloadError(`the event at ${uri} can't be read: no payload store is set up`);
    },
    async remove() {},
  };
}
