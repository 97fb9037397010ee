import { toPayloadPath, toShown } from './payload-path.ts';
import type { PayloadFormat, PayloadOwner } from './payload-store.ts';

/** The letters of an object's key, such that it is written in a URI as it is, for `aws s3 cp` and for `new URL`. */
const prefixShape = /^(?:[\w=-][\w.=-]*\/)*[\w.=-]*$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketShape = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Earlier versions had no job in it. */
const keyShape = /(?:^|[\w./=-])payloads\/(?:[a-z0-9-]{1,40}\/)?[0-9a-z]{26}\/[0-9a-f]{16}\.(?:json|env)$/;

export type S3Folder = { readonly bucket: string; readonly prefix: string };

/** Throws for what a bucket or a prefix can't be: a mistake of whoever set them. */
export function toFolder(bucket: string, prefix: string): S3Folder {
  if (!bucketShape.test(bucket)) throw new Error(`${toShown(bucket)} is no name of an S3 bucket`);
  if (!prefixShape.test(prefix)) {
    throw new Error(
      `the prefix ${toShown(prefix)} may have letters, digits and . _ = - between its slashes, and none before them`,
    );
  }
  return { bucket, prefix };
}

/** `<prefix>payloads/<job>/<run id>/<start of its hash>.<format>`. Throws PayloadError. */
export function toKey(
  { prefix }: S3Folder,
  run: PayloadOwner,
  sha256: string,
  format: PayloadFormat,
): string {
  return `${prefix}payloads/${toPayloadPath(run, sha256, format)}`;
}

export function toUri({ bucket }: S3Folder, key: string): string {
  return `s3://${bucket}/${key}`;
}

/**
 * The key of a payload in this bucket, which an earlier deployment may have stored below another prefix.
 * Undefined for any other bucket, scheme or object.
 */
export function parseKey({ bucket }: S3Folder, uri: string): string | undefined {
  const start = toUri({ bucket, prefix: '' }, '');
  const key = uri.startsWith(start) ? uri.slice(start.length) : '';
  return keyShape.test(key) && prefixShape.test(key) ? key : undefined;
}
