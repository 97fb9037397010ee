import { defineConfig } from 'vitest/config';

/** Payloads of other projects, which are not in this repository: `test:corpus` runs these, and nothing else does. */
export default defineConfig({
  test: { include: ['test/corpus/*.corpus.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
});
