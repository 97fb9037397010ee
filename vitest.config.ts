import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    // By default one core is left idle, which is half of a small machine.
    maxWorkers: '100%',
    // Tests start real processes; on a busy machine these take their time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
