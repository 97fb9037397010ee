import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeHome, toHome } from '../../shared/local/home.ts';
import { makeFolder } from '../support/folder.ts';

it('git takes nothing of what is kept beside jobs.yml, unless somebody says so', () => {
  const home = toHome(makeFolder());
  makeHome(home);
  const path = join(home.path, '.gitignore');
  expect(readFileSync(path, 'utf8')).toBe('*\n');
  writeFileSync(path, 'mine\n');
  makeHome(home);
  expect(readFileSync(path, 'utf8')).toBe('mine\n');
});
