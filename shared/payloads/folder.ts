import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { replaceFile } from '../local/replace-file.ts';
import { PayloadError, type PayloadStore } from './payload-store.ts';

/** Payloads as files that only this user can read: `<folder>/<run id>.json`. */
export function createFolderPayloadStore(folder: string): PayloadStore {
  return {
    async put(runId, text) {
      const path = join(folder, `${runId}.json`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await replaceFile(path, text);
      } catch (cause) {
        throw new PayloadError(
          `the event of run ${runId} could not be written to ${path}: ${toText(cause)}`,
          { cause },
        );
      }
      return { uri: pathToFileURL(path).href, sha256: toSha256(text), sizeBytes: Buffer.byteLength(text) };
    },

    async get({ uri, sha256 }) {
      const text = await readPayload(uri).catch((cause) => {
        throw new PayloadError(`the event at ${uri} could not be read: ${toText(cause)}`, { cause });
      });
      if (toSha256(text) !== sha256)
        throw new PayloadError(`the event at ${uri} is not what was stored there`);
      return text;
    },
  };
}

/** Rejects, also for what is no place of a file. */
async function readPayload(uri: string): Promise<string> {
  return readFile(fileURLToPath(uri), 'utf8');
}

function toSha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
