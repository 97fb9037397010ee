import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { replaceFile } from '../replace-file.ts';
import { toMessage } from '../to-message.ts';
import { toPayloadPath } from './payload-path.ts';
import { PayloadError, PayloadGoneError, type PayloadStore } from './payload-store.ts';

/** Payloads as files that only this user can read: `<folder>/<job>/<run id>/<hash>.json`. */
export function createFolderPayloadStore(folder: string): PayloadStore {
  return {
    async put(run, text, format = 'json') {
      const sha256 = toSha256(text);
      const path = join(folder, toPayloadPath(run, sha256, format));
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await replaceFile(path, text);
      } catch (cause) {
        throw new PayloadError(
          `the event of run ${run.id} could not be written to ${path}: ${toMessage(cause)}`,
          { cause },
        );
      }
      return { uri: pathToFileURL(path).href, sha256, sizeBytes: Buffer.byteLength(text) };
    },

    async get({ uri, sha256 }) {
      const text = await readPayload(uri).catch((cause) => {
        const Failure = isForGood(cause) ? PayloadGoneError : PayloadError;
        throw new Failure(`the event at ${uri} could not be read: ${toMessage(cause)}`, { cause });
      });
      if (toSha256(text) !== sha256)
        throw new PayloadGoneError(`the event at ${uri} is not what was stored there`);
      return text;
    },

    async remove({ uri }) {
      await removePayload(uri).catch((cause) => {
        throw new PayloadError(`the event at ${uri} could not be removed: ${toMessage(cause)}`, { cause });
      });
    },
  };
}

/** Rejects, also for what is no place of a file. */
async function readPayload(uri: string): Promise<string> {
  return readFile(fileURLToPath(uri), 'utf8');
}

/** There is no such file, or the URI can't be that of one. https://nodejs.org/api/errors.html#nodejs-error-codes */
function isForGood(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code.startsWith('ERR_INVALID_');
}

async function removePayload(uri: string): Promise<void> {
  await rm(fileURLToPath(uri), { force: true });
}

function toSha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
