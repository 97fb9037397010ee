import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The event that started this job: in the environment, or in the file that the environment names. */
export async function readTriggerEvent() {
  const { STP_TRIGGER_EVENT_DATA, STP_TRIGGER_EVENT_URI, STP_TRIGGER_EVENT_SHA256 } = process.env;
  if (STP_TRIGGER_EVENT_URI === undefined) return JSON.parse(STP_TRIGGER_EVENT_DATA);
  const text = await readFile(new URL(STP_TRIGGER_EVENT_URI));
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (sha256 !== STP_TRIGGER_EVENT_SHA256) throw new Error(`${STP_TRIGGER_EVENT_URI} is not what was sent`);
  return JSON.parse(text);
}
