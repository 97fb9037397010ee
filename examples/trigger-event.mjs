import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The event that started this job: in the environment, or where the environment says. */
export async function readTriggerEvent() {
  const { STP_TRIGGER_EVENT_DATA, STP_TRIGGER_EVENT_URI, STP_TRIGGER_EVENT_SHA256 } = process.env;
  if (STP_TRIGGER_EVENT_URI === undefined) return JSON.parse(STP_TRIGGER_EVENT_DATA);
  const text = await read(new URL(STP_TRIGGER_EVENT_URI));
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (sha256 !== STP_TRIGGER_EVENT_SHA256) throw new Error(`${STP_TRIGGER_EVENT_URI} is not what was sent`);
  return JSON.parse(text);
}

/** `file:` on a laptop, `s3:` in AWS, with the credentials of the job's own role. */
async function read(url) {
  if (url.protocol === 'file:') return readFile(url, 'utf8');
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { Body } = await new S3Client({}).send(
    new GetObjectCommand({ Bucket: url.hostname, Key: url.pathname.slice(1) }),
  );
  return Body.transformToString();
}
