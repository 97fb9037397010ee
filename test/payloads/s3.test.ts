import { inspect } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { PayloadError, PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import { createS3PayloadStore, type S3PayloadStoreOptions } from '../../shared/payloads/s3.ts';
import { runId, toRun, toRunId } from '../support/draft.ts';
import { createBucket, type Fault, type FauxqsOptions, startFauxqs, toS3Refusal } from '../support/fauxqs.ts';

const run = toRun();

const bucket = 'signalbox-payloads';
const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/1b6c2a4e-0d9f-4c57-8a3e-5f6071829304';

async function openStore(options: Partial<S3PayloadStoreOptions> = {}, fauxqsOptions: FauxqsOptions = {}) {
  const fauxqs = await startFauxqs(fauxqsOptions);
  await createBucket(fauxqs, bucket);
  const { s3 } = fauxqs;
  return { ...fauxqs, store: createS3PayloadStore({ s3: async () => s3, bucket, ...options }) };
}

async function toError(work: Promise<unknown>): Promise<PayloadError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof PayloadError)) throw new Error(`it threw no PayloadError: ${inspect(error)}`);
  return error;
}

async function listKeys(s3: S3Client): Promise<(string | undefined)[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key }) => Key);
}

describe('the payload store in S3', () => {
  it('names objects after their run and their content', async () => {
    const { store, s3 } = await openStore();
    const { uri } = await store.put(run, '{"a":1}');
    await store.put(run, 'A=1\n', 'env');
    expect(uri).toBe(
      's3://signalbox-payloads/payloads/word-index/0fq7m2k9x4c8v1b6n3z5h0t2wr/015abd7f5cc57a2d.json',
    );
    expect(await listKeys(s3)).toEqual([
      'payloads/word-index/0fq7m2k9x4c8v1b6n3z5h0t2wr/015abd7f5cc57a2d.json',
      'payloads/word-index/0fq7m2k9x4c8v1b6n3z5h0t2wr/91d6a3d55e9fea79.env',
    ]);
  });

  it('puts the prefix before the names as it is', async () => {
    const { store, s3 } = await openStore({ prefix: 'staging/signalbox/' });
    await store.put(run, '{"a":1}');
    expect(await listKeys(s3)).toEqual([
      'staging/signalbox/payloads/word-index/0fq7m2k9x4c8v1b6n3z5h0t2wr/015abd7f5cc57a2d.json',
    ]);
  });

  it('says what an object is, and which run it belongs to', async () => {
    const { store, s3 } = await openStore();
    await store.put(run, '{"a":1}');
    await store.put(run, 'A=1\n', 'env');
    const [json, env] = await Promise.all(
      (await listKeys(s3)).map((Key) => s3.send(new GetObjectCommand({ Bucket: bucket, Key }))),
    );
    expect([json?.ContentType, json?.Metadata]).toEqual(['application/json', { 'signalbox-run': runId }]);
    expect([env?.ContentType, env?.Metadata]).toEqual([
      'text/plain; charset=utf-8',
      { 'signalbox-run': runId },
    ]);
  });

  it('asks for encryption by keys of S3', async () => {
    const { store, requests } = await openStore();
    await store.put(run, '{"a":1}');
    expect(requests[0]?.headers).toMatchObject({ 'x-amz-server-side-encryption': 'AES256' });
    expect(requests[0]?.headers).not.toHaveProperty('x-amz-server-side-encryption-aws-kms-key-id');
  });

  it('asks for encryption by the key of KMS that it is given', async () => {
    const { store, requests } = await openStore({ keyArn });
    await store.put(run, '{"a":1}');
    expect(requests[0]?.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': keyArn,
    });
  });

  it('lets S3 check what arrives against its hash, in one request of a known length', async () => {
    const { store, requests } = await openStore();
    await store.put(run, '{"a":1}');
    expect(requests.map(({ method }) => method)).toEqual(['PUT']);
    expect(requests[0]?.headers).toMatchObject({
      'content-length': '7',
      'x-amz-checksum-sha256': 'AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=',
    });
  });

  describe('when an answer gets lost', () => {
    it('has stored the payload once, under the same name, after asking again', async () => {
      const { store, s3, faults, requests } = await openStore();
      faults.push({ kind: 'lost-answer' }, { kind: 'lost-answer' });
      const payload = await store.put(run, '{"a":1}');
      expect(requests).toHaveLength(3);
      expect(await listKeys(s3)).toHaveLength(1);
      expect(await store.get(payload)).toBe('{"a":1}');
    });

    it('says so when all its answers get lost; putting it again is the same as once', async () => {
      const { store, s3, faults } = await openStore();
      faults.push({ kind: 'lost-answer' }, { kind: 'lost-answer' }, { kind: 'lost-answer' });
      expect((await toError(store.put(run, '{"a":1}'))).reason).toBe('unavailable');
      expect(await listKeys(s3)).toHaveLength(1);
      const payload = await store.put(run, '{"a":1}');
      expect(await listKeys(s3)).toHaveLength(1);
      expect(await store.get(payload)).toBe('{"a":1}');
    });

    it('reads and removes all the same', async () => {
      const { store, s3, faults } = await openStore();
      const payload = await store.put(run, '{"a":1}');
      faults.push({ kind: 'lost-answer' });
      expect(await store.get(payload)).toBe('{"a":1}');
      faults.push({ kind: 'lost-answer' });
      await store.remove(payload);
      expect(await listKeys(s3)).toEqual([]);
    });
  });

  describe('when nobody answers', () => {
    it('gives up after its time, whatever it asked for', async () => {
      const { store, faults } = await openStore({ longestSeconds: 0.2 });
      const payload = await store.put(run, '{"a":1}');
      for (const work of [
        () => store.put(run, '{"a":2}'),
        () => store.get(payload),
        () => store.remove(payload),
      ]) {
        faults.push({ kind: 'silence' }, { kind: 'silence' }, { kind: 'silence' });
        const error = await toError(work());
        expect(error.message).toMatch(/^the event .* could not be .*: no answer within 0\.2 s$/);
        expect(error).not.toBeInstanceOf(PayloadGoneError);
        faults.length = 0;
      }
      expect(await store.get(payload)).toBe('{"a":1}');
    });

    it('gives up in the middle of a body too', async () => {
      const { store, faults } = await openStore({ longestSeconds: 0.3 });
      const payload = await store.put(run, 'x'.repeat(100_000));
      faults.push({ kind: 'half-answer', end: 'silence' });
      const error = await toError(store.get(payload));
      expect(error.message).toBe(`the event at ${payload.uri} could not be read: no answer within 0.3 s`);
    });

    it('gives nothing back when the connection breaks in the middle of a body', async () => {
      const { store, faults } = await openStore();
      const payload = await store.put(run, 'x'.repeat(100_000));
      faults.push({ kind: 'half-answer', end: 'break' });
      const error = await toError(store.get(payload));
      expect(error.message).toContain(`the event at ${payload.uri} could not be read: `);
      expect((await store.get(payload)).length).toBe(100_000);
    });

    it('says so when nobody listens', async () => {
      const { store, stop } = await openStore();
      await stop();
      expect((await toError(store.put(run, '{"a":1}'))).message).toContain(
        `the event of run ${runId} could not be written to s3://${bucket}/payloads/word-index/${runId}/015abd7f5cc57a2d.json: `,
      );
    });
  });

  describe('when S3 refuses', () => {
    const refusals: readonly (readonly [Fault, reason: string, text: string])[] = [
      [toS3Refusal(403, 'AccessDenied', 'Access Denied'), 'unavailable', 'AccessDenied: Access Denied'],
      [
        toS3Refusal(503, 'SlowDown', 'Please reduce your request rate.'),
        'throttled',
        'SlowDown: Please reduce',
      ],
      [
        toS3Refusal(503, 'ServiceUnavailable', 'Reduce your request rate.'),
        'throttled',
        'ServiceUnavailable: ',
      ],
      [
        toS3Refusal(400, 'ThrottlingException', 'You call KMS too often.'),
        'throttled',
        'ThrottlingException: ',
      ],
      [toS3Refusal(500, 'InternalError', 'We encountered an error.'), 'unavailable', 'InternalError: '],
      [toS3Refusal(400, 'EntityTooLarge', 'It exceeds the allowed size.'), 'too-large', 'EntityTooLarge: '],
      [toS3Refusal(400, 'ExpiredToken', 'The token has expired.'), 'unavailable', 'ExpiredToken: '],
    ];

    it.each(refusals)(
      'says why, where, and whether it was too much at once (%#)',
      async (fault, reason, text) => {
        const { store, faults } = await openStore({}, { maxAttempts: 1 });
        const payload = await store.put(run, '{"a":1}');
        for (const work of [
          () => store.put(run, '{"a":1}'),
          () => store.get(payload),
          () => store.remove(payload),
        ]) {
          faults.push(fault);
          const error = await toError(work());
          expect(error.reason).toBe(reason);
          expect(error.message).toContain(text);
          expect(error.message).toContain(payload.uri);
          expect(error).not.toBeInstanceOf(PayloadGoneError);
          faults.length = 0;
        }
      },
    );

    it('asks again when it is refused once for asking too much', async () => {
      const { store, faults } = await openStore();
      faults.push(toS3Refusal(503, 'SlowDown', 'Please reduce your request rate.'));
      const payload = await store.put(run, '{"a":1}');
      expect(await store.get(payload)).toBe('{"a":1}');
    });

    it('names the bucket that is not there', async () => {
      const { s3 } = await openStore();
      const store = createS3PayloadStore({ s3: async () => s3, bucket: 'not-there' });
      const payload = {
        uri: `s3://not-there/payloads/${runId}/015abd7f5cc57a2d.json`,
        sha256: '',
        sizeBytes: 7,
      };
      for (const work of [
        () => store.put(run, '{"a":1}'),
        () => store.get(payload),
        () => store.remove(payload),
      ]) {
        const error = await toError(work());
        expect(error.message).toContain('NoSuchBucket');
        expect(error.message).toContain('s3://not-there/payloads/');
        expect(error).not.toBeInstanceOf(PayloadGoneError);
      }
    });

    it('tells neither the event nor the credentials, however closely the error is looked at', async () => {
      const { store, faults } = await openStore();
      const fault = toS3Refusal(403, 'AccessDenied', 'Access Denied');
      faults.push(fault);
      const error = await toError(store.put(run, '{"password":"correct horse"}'));
      const shown = inspect(error, { depth: 20 });
      expect(shown).toContain('AccessDenied');
      expect(shown).not.toContain('correct horse');
      expect(shown).not.toContain('a-secret-of-the-tests');
      expect(shown).not.toContain('Signature=');
    });
  });

  it('says so when there is no client to be had', async () => {
    const store = createS3PayloadStore({
      s3: () => Promise.reject(new Error('Region is missing')),
      bucket,
    });
    expect((await toError(store.put(run, '{}'))).message).toMatch(
      /could not be written .*: Error: Region is missing$/,
    );
  });

  it('asks nobody for a payload of another bucket, another scheme, or no payload at all', async () => {
    const { store, s3, requests } = await openStore();
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'private.json', Body: '{}' }));
    requests.length = 0;
    for (const uri of [
      `s3://somebody-elses/payloads/${runId}/015abd7f5cc57a2d.json`,
      `s3://signalbox-payloads.evil.example/payloads/${runId}/015abd7f5cc57a2d.json`,
      `https://signalbox-payloads/payloads/${runId}/015abd7f5cc57a2d.json`,
      `file:///signalbox-payloads/payloads/${runId}/015abd7f5cc57a2d.json`,
      `S3://signalbox-payloads/payloads/${runId}/015abd7f5cc57a2d.json`,
      `s3://signalbox-payloads/payloads/../payloads/${runId}/015abd7f5cc57a2d.json`,
      `s3://signalbox-payloads//payloads/${runId}/015abd7f5cc57a2d.json`,
      `s3://signalbox-payloads/payloads/${runId}/015abd7f5cc57a2d.json?versionId=1`,
      `s3://signalbox-payloads/payloads/${runId}/015abd7f5cc57a2d.json\n`,
      `s3://signalbox-payloads/payloads/${runId}/../../private.json`,
      `s3://signalbox-payloads/payloads/../${runId}/015abd7f5cc57a2d.json`,
      `s3://signalbox-payloads/payloads/a/b/../${runId}/015abd7f5cc57a2d.json`,
      's3://signalbox-payloads/private.json',
      's3://signalbox-payloads/',
      's3://signalbox-payloads',
      'nonsense',
      '',
    ]) {
      const payload = { uri, sha256: '015a', sizeBytes: 7 };
      const error = await toError(store.get(payload));
      expect(error.message).toContain('is no payload in the bucket signalbox-payloads');
      expect(error, uri).toBeInstanceOf(PayloadGoneError);
      expect((await toError(store.remove(payload))).message).toContain('is no payload in the bucket');
    }
    expect(requests).toEqual([]);
  });

  it('still reads what was stored before its prefix was changed', async () => {
    const { store, s3 } = await openStore({ prefix: 'old/' });
    const payload = await store.put(run, '{"a":1}');
    const changed = createS3PayloadStore({ s3: async () => s3, bucket, prefix: 'new/' });
    expect(await changed.get(payload)).toBe('{"a":1}');
  });

  it('still reads and removes what an earlier version stored, without the job', async () => {
    const { store, s3 } = await openStore({ prefix: 'old/' });
    const key = `old/payloads/${runId}/015abd7f5cc57a2d.json`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: '{"a":1}' }));
    const sha256 = '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862';
    const payload = { uri: `s3://${bucket}/${key}`, sha256, sizeBytes: 7 };
    expect(await store.get(payload)).toBe('{"a":1}');
    await store.remove(payload);
    await expect(store.get(payload)).rejects.toThrow(PayloadError);
  });

  it('stores nothing for what is no job', async () => {
    const { store, requests } = await openStore();
    for (const job of ['', '..', 'a/b', 'Resize', 'resize-', 'x'.repeat(41)]) {
      expect((await toError(store.put(toRun({ job }), '{}'))).message).toContain('is no name of a job');
    }
    expect(requests).toEqual([]);
  });

  it('stores nothing for what is no id of a run', async () => {
    const { store, requests } = await openStore();
    for (const id of [
      '',
      '..',
      '../../../etc/passwd',
      '0FQ7M2K9X4C8V1B6N3Z5H0T2WR',
      `${runId}/`,
      `${runId}\n`,
      `${runId}0`,
      runId.slice(1),
      `${runId.slice(0, 23)}/..`,
      '０fq7m2k9x4c8v1b6n3z5h0t2wr',
      'x'.repeat(100_000),
    ]) {
      const { message } = await toError(store.put(toRun({ id }), '{}'));
      expect(message).toContain('is no id of a run');
      expect(message.length).toBeLessThan(200);
    }
    expect(requests).toEqual([]);
  });

  it('takes no bucket and no prefix whose objects could not be named by a URI', async () => {
    const create = (options: { bucket: string; prefix?: string }) => () =>
      createS3PayloadStore({ s3: () => Promise.reject(new Error('not asked')), ...options });
    for (const name of ['', 'Payloads', 'a/b', 'ab', 'arn:aws:s3:::payloads', '-payloads']) {
      expect(create({ bucket: name }), name).toThrow('is no name of an S3 bucket');
    }
    for (const prefix of ['/', 'a//', '../', 'a/../', './', 'größe/', 'a b/', 'a?/', 'a#', 'a%2f']) {
      expect(create({ bucket, prefix }), prefix).toThrow('the prefix');
    }
    for (const prefix of ['', 'a/', 'a/b_c=1/d.e/', 'signalbox-']) {
      expect(create({ bucket, prefix }), prefix).not.toThrow();
    }
  });

  it('does not read an object of another size, however big it is', async () => {
    const { store, s3, faults } = await openStore({ longestSeconds: 5 });
    const payload = await store.put(run, '{"a":1}');
    const Key = payload.uri.slice('s3://signalbox-payloads/'.length);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x'.repeat(1_000_000) }));
    // The rest of the body never comes: whoever waits for it would give up after five seconds.
    faults.push({ kind: 'half-answer', end: 'silence' });
    expect((await toError(store.get(payload))).message).toMatch(/is not what was stored there$/);
  });

  it('stores for many runs at once', async () => {
    const { store } = await openStore();
    const texts = Array.from({ length: 60 }, (_, index) => `{"n":${index}}`);
    const payloads = await Promise.all(
      texts.map((text, index) => store.put(toRun({ id: toRunId(index) }), text)),
    );
    expect(await Promise.all(payloads.map((payload) => store.get(payload)))).toEqual(texts);
  });
});
