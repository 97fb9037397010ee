import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { PayloadError, PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import { runId, toRun } from '../support/draft.ts';
import { makeFolder } from '../support/folder.ts';

const run = toRun();

describe('the payload folder', () => {
  it('is made when it is not there, and holds one whole file for each run', async () => {
    const folder = join(makeFolder(), 'with blank & größe', 'payloads');
    const payload = await createFolderPayloadStore(folder).put(run, '{"a":1}');
    expect(readdirSync(folder, { recursive: true })).toEqual([
      'word-index',
      `word-index/${runId}`,
      `word-index/${runId}/015abd7f5cc57a2d.json`,
    ]);
    expect(fileURLToPath(payload.uri)).toBe(join(folder, `word-index/${runId}/015abd7f5cc57a2d.json`));
    expect(readFileSync(new URL(payload.uri), 'utf8')).toBe('{"a":1}');
  });

  it('can be read by this user only: events may hold secrets', async () => {
    const folder = join(makeFolder(), 'payloads');
    const { uri } = await createFolderPayloadStore(folder).put(run, 'secret');
    for (const path of [folder, join(folder, 'word-index'), join(folder, 'word-index', runId)]) {
      expect(statSync(path).mode & 0o777, path).toBe(0o700);
    }
    expect(statSync(new URL(uri)).mode & 0o777).toBe(0o600);
  });

  it('throws a PayloadError when it cannot be written, and leaves no half file behind', async () => {
    const parent = makeFolder();
    writeFileSync(join(parent, 'payloads'), 'a file where the folder should be');
    const store = createFolderPayloadStore(join(parent, 'payloads'));
    await expect(store.put(run, '{}')).rejects.toThrow(PayloadError);
    await expect(store.put(run, '{}')).rejects.toThrow(runId);

    const folder = makeFolder();
    const name = '44136fa355b3678a.json';
    mkdirSync(join(folder, 'word-index', runId, name), { recursive: true });
    await expect(createFolderPayloadStore(folder).put(run, '{}')).rejects.toThrow(PayloadError);
    expect(readdirSync(join(folder, 'word-index', runId))).toEqual([name]);
  });

  it('takes nothing for what is no job, or no id of a run: it writes nowhere else', async () => {
    const parent = makeFolder();
    const store = createFolderPayloadStore(join(parent, 'payloads'));
    const others = [
      { job: '..' },
      { job: '' },
      { job: 'a/b' },
      { job: 'A' },
      { id: '..' },
      { id: `${runId}/..` },
    ];
    for (const change of others) {
      await expect(store.put(toRun(change), '{}'), JSON.stringify(change)).rejects.toThrow(PayloadError);
    }
    expect(readdirSync(parent)).toEqual([]);
  });

  it('reads and removes what an earlier version stored without the job', async () => {
    const folder = makeFolder();
    const path = join(folder, `${runId}-44136fa355b3678a.json`);
    writeFileSync(path, '{}');
    const sha256 = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
    const payload = { uri: pathToFileURL(path).href, sha256, sizeBytes: 2 };
    const store = createFolderPayloadStore(folder);
    expect(await store.get(payload)).toBe('{}');
    await store.remove(payload);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not take for gone what only can not be read now', async () => {
    const store = createFolderPayloadStore(makeFolder());
    const payload = await store.put(run, '{}');
    rmSync(new URL(payload.uri));
    symlinkSync(fileURLToPath(payload.uri), new URL(payload.uri));
    const reading = store.get(payload);
    await expect(reading).rejects.toThrow('ELOOP');
    await expect(reading).rejects.not.toThrow(PayloadGoneError);
  });

  it('throws a PayloadGoneError for a place that is no file', async () => {
    const store = createFolderPayloadStore(makeFolder());
    for (const uri of ['s3://bucket/key', 'nonsense', 'file://elsewhere/x.json', 'file:///', '']) {
      await expect(store.get({ uri, sha256: '00', sizeBytes: 0 }), uri).rejects.toThrow(PayloadGoneError);
    }
  });
});
