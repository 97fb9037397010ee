import type { S3Client } from '@aws-sdk/client-s3';
import { PayloadError, PayloadGoneError, type PayloadStore } from '../payloads/payload-store.ts';
import { createS3PayloadStore } from '../payloads/s3.ts';

/** To read events that the ledger has no room for: where each of them lies is in its item. */
export function createStagePayloads(s3: () => Promise<S3Client>): PayloadStore {
  const refuse = async () => {
    throw new PayloadError("a stage's payloads are only read from here");
  };
  return {
    put: refuse,
    remove: refuse,
    async get(payload) {
      const { protocol, hostname: bucket } = new URL(payload.uri);
      if (protocol !== 's3:') throw new PayloadGoneError(`the event at ${payload.uri} is not in S3`);
      return createS3PayloadStore({ s3, bucket }).get(payload);
    },
  };
}
