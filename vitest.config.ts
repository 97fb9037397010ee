import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests start real processes; on a busy machine these take their time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
