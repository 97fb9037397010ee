import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createS3PayloadStore } from '../../../shared/payloads/s3.ts';
import { testPayloadStore } from '../../contract/payload-store.ts';
import { region } from '../../stand-in/core.ts';
import { runId, toRun } from '../../support/draft.ts';
import { createMotoClients, toOwnName } from './moto.ts';

const run = toRun();

async function openStore() {
  const clients = createMotoClients();
  const s3 = await clients.s3();
  const bucket = toOwnName('payloads');
  const CreateBucketConfiguration = { LocationConstraint: region } as const;
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
  const toPlace = (uri: string) => ({ Bucket: bucket, Key: uri.slice(`s3://${bucket}/`.length) });
  return { s3, toPlace, store: createS3PayloadStore({ s3: clients.s3, bucket, prefix: 'signalbox/' }) };
}

testPayloadStore("in moto's S3", async () => {
  const { s3, toPlace, store } = await openStore();
  return {
    store,
    async ruin(uri, text) {
      if (text === undefined) await s3.send(new DeleteObjectCommand(toPlace(uri)));
      else await s3.send(new PutObjectCommand({ ...toPlace(uri), Body: text }));
    },
  };
});

describe("an object in moto's S3", () => {
  it('has its type, its run, and is encrypted', async () => {
    const { s3, toPlace, store } = await openStore();
    const { uri } = await store.put(run, '{"a":1}');
    expect(await s3.send(new HeadObjectCommand(toPlace(uri)))).toMatchObject({
      ContentType: 'application/json',
      ContentLength: 7,
      Metadata: { 'signalbox-run': runId },
      ServerSideEncryption: 'AES256',
    });
  });
});
