import { rmSync, writeFileSync } from 'node:fs';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { createS3PayloadStore } from '../../shared/payloads/s3.ts';
import { createBucket, startFauxqs } from '../support/fauxqs.ts';
import { makeFolder } from '../support/folder.ts';
import { testPayloadStore } from './payload-store.ts';

testPayloadStore('in a folder', () => ({
  store: createFolderPayloadStore(makeFolder()),
  ruin(uri, text) {
    if (text === undefined) rmSync(new URL(uri));
    else writeFileSync(new URL(uri), text);
  },
}));

testPayloadStore('in S3', async () => {
  const fauxqs = await startFauxqs();
  const { s3 } = fauxqs;
  const bucket = await createBucket(fauxqs, 'signalbox-payloads');
  return {
    store: createS3PayloadStore({ s3: async () => s3, bucket, prefix: 'signalbox/' }),
    async ruin(uri, text) {
      const place = { Bucket: bucket, Key: uri.slice(`s3://${bucket}/`.length) };
      if (text === undefined) await s3.send(new DeleteObjectCommand(place));
      else await s3.send(new PutObjectCommand({ ...place, Body: text }));
    },
  };
});
