import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { call } from '../aws/call.ts';
import { toAwsFailure, toReason } from '../aws/errors.ts';
import type { NotRecordedError } from '../not-recorded.ts';
import { toShown } from './payload-path.ts';
import { PayloadError, type PayloadFormat, PayloadGoneError, type PayloadStore } from './payload-store.ts';
import { parseKey, toFolder, toKey, toUri } from './s3-place.ts';

export type S3PayloadStoreOptions = {
  readonly s3: () => Promise<S3Client>;
  readonly bucket: string;
  /** What all keys begin with, as it is: `signalbox/` makes a folder, `signalbox` does not. */
  readonly prefix?: string;
  /** Of a KMS key that encrypts the objects; left out, S3's own keys do (SSE-S3). */
  readonly keyArn?: string;
  /** How long one call may take with its body and its repeats; 30. */
  readonly longestSeconds?: number;
};

const contentTypes: Readonly<Record<PayloadFormat, string>> = {
  json: 'application/json',
  env: 'text/plain; charset=utf-8',
};

/**
 * Payloads as objects of one bucket: `s3://<bucket>/<prefix>payloads/<job>/<run id>/<start of its hash>.json`.
 * What is put again overwrites itself, so that an answer that got lost does no harm.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function createS3PayloadStore(options: S3PayloadStoreOptions): PayloadStore {
  const { s3, bucket, prefix = '', keyArn, longestSeconds = 30 } = options;
  const folder = toFolder(bucket, prefix);
  const encryption =
    keyArn === undefined
      ? ({ ServerSideEncryption: 'AES256' } as const)
      : ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn } as const);

  return {
    async put(run, text, format = 'json') {
      const body = Buffer.from(text);
      const hash = createHash('sha256').update(body).digest();
      const sha256 = hash.toString('hex');
      const key = toKey(folder, run, sha256, format);
      const uri = toUri(folder, key);
      await attempt(`the event of run ${run.id} could not be written to ${uri}`, async () => {
        const { PutObjectCommand } = await import('@aws-sdk/client-s3');
        const command = new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentType: contentTypes[format],
          // S3 refuses a body that is not what this is the hash of.
          ChecksumSHA256: hash.toString('base64'),
          Metadata: { 'signalbox-run': run.id },
          ...encryption,
        });
        const client = await s3();
        await call((sending) => client.send(command, sending), longestSeconds);
      });
      return { uri, sha256, sizeBytes: body.length };
    },

    async get({ uri, sha256, sizeBytes }) {
      const key = toOwnKey(uri);
      const bytes = await attempt(`the event at ${uri} could not be read`, () => read(key, sizeBytes));
      if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256)
        throw new PayloadGoneError(`the event at ${uri} is not what was stored there`);
      return bytes.toString('utf8');
    },

    async remove({ uri }) {
      const key = toOwnKey(uri);
      await attempt(`the event at ${uri} could not be removed`, async () => {
        const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
        const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
        const client = await s3();
        await call((sending) => client.send(command, sending), longestSeconds);
      });
    },
  };

  /** Nothing is read or removed that this store can't have put there. */
  function toOwnKey(uri: string): string {
    const key = parseKey(folder, uri);
    if (key === undefined)
      throw new PayloadGoneError(`${toShown(uri)} is no payload in the bucket ${bucket}`);
    return key;
  }

  /** Undefined for an object of another size: however big it is, it isn't read. */
  async function read(key: string, sizeBytes: number): Promise<Buffer | undefined> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await s3();
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    return call(async (sending) => {
      const { Body, ContentLength } = await client.send(command, sending);
      if (Body === undefined) return undefined;
      if (ContentLength !== sizeBytes) {
        // Not by aborting: the error of a stream that nobody reads would end the process.
        if (Body instanceof Readable) Body.destroy();
        return undefined;
      }
      return Buffer.from(
        await Body.transformToByteArray().catch((error: unknown) => {
          sending.abortSignal.throwIfAborted();
          throw error;
        }),
      );
    }, longestSeconds);
  }

  async function attempt<T>(problem: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const { name, message } = toAwsFailure(cause);
      const reason = isGivenUp(name)
        ? `no answer within ${longestSeconds} s`
        : toReason(`${name}: ${message}`);
      const Failure = name === missing ? PayloadGoneError : PayloadError;
      throw new Failure(`${problem}: ${reason}`, { cause, reason: toKind(cause) });
    }
  }
}

/**
 * What was put is there at once, so that no object is missing for a moment only. Without s3:ListBucket S3 says
 * AccessDenied in its place; that is never taken for it, as it may also be a permission that isn't known everywhere yet.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
 */
const missing = 'NoSuchKey';

function isGivenUp(name: string): boolean {
  return name === 'AbortError' || name === 'TimeoutError';
}

/**
 * S3 says 503 when it's asked too much; KMS, which it asks for keys, says so in a 400 that S3 passes on.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
 */
function toKind(error: unknown): NotRecordedError['reason'] {
  const { name, status } = toAwsFailure(error);
  if (status === 503 || status === 429 || /^SlowDown$|throttl|RequestLimitExceeded/i.test(name))
    return 'throttled';
  return name === 'EntityTooLarge' ? 'too-large' : 'unavailable';
}
