import { expect, it } from 'vitest';
import { createStagePayloads } from '../../shared/deploy/stage-payloads.ts';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { createS3PayloadStore } from '../../shared/payloads/s3.ts';
import { toDraft, toRun } from '../support/draft.ts';
import { makeTable } from '../support/dynamo.ts';
import { createBucket, openFauxqs } from '../support/fauxqs.ts';
import { atEnd } from '../support/folder.ts';

it('an event that the ledger has no room for is read from where its item says', async () => {
  const fauxqs = await openFauxqs();
  atEnd(fauxqs.stop);
  const bucket = await createBucket(fauxqs, 'shop-prod-payloads');
  const table = { ...(await makeTable()), now: Date.now };
  const s3 = async () => fauxqs.s3;
  const payloads = createS3PayloadStore({ s3, bucket, prefix: 'signalbox/' });
  const event = JSON.stringify({ rows: 'x'.repeat(400_000) });
  const now = Date.now();
  const draft = { ...toDraft(), run: toRun({ createdAt: now, updatedAt: now }), event };
  await createDynamoLedger({ ...table, payloads }).accept(draft, (run) => run);
  const reader = createDynamoLedger({ ...table, payloads: createStagePayloads(s3) });
  expect(await reader.loadEvent(draft.run.id)).toBe(event);
});

it('nothing is written, and nothing but S3 is read', async () => {
  const payloads = createStagePayloads(async () => {
    throw new Error('S3 is asked for nothing');
  });
  const payload = { uri: 'file:///etc/hostname', sha256: '', sizeBytes: 1 };
  await expect(payloads.get(payload)).rejects.toThrow('the event at file:///etc/hostname is not in S3');
  await expect(payloads.put({ id: 'x', job: 'x' }, 'y')).rejects.toThrow(
    "a stage's payloads are only read from here",
  );
});
