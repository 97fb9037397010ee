import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('docs/one-message.md shows what examples/one-message.ts prints, but for some seconds', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['examples/one-message.ts'], {
    cwd: root,
    timeout: 30_000,
  });
  const page = readFileSync(`${root}/docs/one-message.md`, 'utf8');
  const [, shown] = /```\n(.*?)\n```/s.exec(page) ?? [];
  expect(withoutSeconds(shown ?? '')).toBe(withoutSeconds(stdout.replace(/^\n|\n$/g, '')));
});

function withoutSeconds(text: string): string {
  return text.trim().replace(/^ *\d+ s /gm, '');
}
