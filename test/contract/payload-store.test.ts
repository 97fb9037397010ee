import { rmSync, writeFileSync } from 'node:fs';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { makeFolder } from '../support/folder.ts';
import { testPayloadStore } from './payload-store.ts';

testPayloadStore('in a folder', () => ({
  store: createFolderPayloadStore(makeFolder()),
  ruin(uri, text) {
    if (text === undefined) rmSync(new URL(uri));
    else writeFileSync(new URL(uri), text);
  },
}));
