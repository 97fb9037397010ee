import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { PayloadError } from '../../shared/payloads/payload-store.ts';
import { runId } from '../support/draft.ts';
import { makeFolder } from '../support/folder.ts';

describe('the payload folder', () => {
  it('is made when it is not there, and holds one whole file for each run', async () => {
    const folder = join(makeFolder(), 'with blank & größe', 'payloads');
    const payload = await createFolderPayloadStore(folder).put(runId, '{"a":1}');
    const name = `${runId}-015abd7f5cc57a2d.json`;
    expect(readdirSync(folder)).toEqual([name]);
    expect(fileURLToPath(payload.uri)).toBe(join(folder, name));
    expect(readFileSync(new URL(payload.uri), 'utf8')).toBe('{"a":1}');
  });

  it('can be read by this user only: events may hold secrets', async () => {
    const folder = join(makeFolder(), 'payloads');
    const { uri } = await createFolderPayloadStore(folder).put(runId, 'secret');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(new URL(uri)).mode & 0o777).toBe(0o600);
  });

  it('throws a PayloadError when it cannot be written, and leaves no half file behind', async () => {
    const parent = makeFolder();
    writeFileSync(join(parent, 'payloads'), 'a file where the folder should be');
    const store = createFolderPayloadStore(join(parent, 'payloads'));
    await expect(store.put(runId, '{}')).rejects.toThrow(PayloadError);
    await expect(store.put(runId, '{}')).rejects.toThrow(runId);

    const folder = makeFolder();
    const name = `${runId}-44136fa355b3678a.json`;
    mkdirSync(join(folder, name));
    await expect(createFolderPayloadStore(folder).put(runId, '{}')).rejects.toThrow(PayloadError);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('throws a PayloadError for a place that is no file', async () => {
    const store = createFolderPayloadStore(makeFolder());
    for (const uri of ['s3://bucket/key', 'nonsense', 'file://elsewhere/x.json', '']) {
      await expect(store.get({ uri, sha256: '00', sizeBytes: 0 }), uri).rejects.toThrow(PayloadError);
    }
  });
});
