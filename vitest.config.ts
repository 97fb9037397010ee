import { defineConfig } from 'vitest/config';

/** They take their time, and have scripts of their own: `test:crash`, `test:permissions`, `test:processes`. */
const slow = [
  'test/cli/{dev,invoke,package}.test.ts',
  'test/crash-table/**',
  'test/deploy/iam/calls.test.ts',
  'test/deploy/package/write-package.test.ts',
  'test/ledgers/dynamodb/cut-off.test.ts',
  'test/local/restart.test.ts',
  'test/targets/process/process-stop.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: process.env['SLOW_TESTS'] === undefined ? slow : [],
    globalSetup: ['test/support/bundles-folder.ts'],
    setupFiles: ['test/support/seed.ts'],
    // Most of a file's time would go into loading what the file before has loaded.
    isolate: false,
    // By default one core is left idle, which is half of a small machine.
    maxWorkers: '100%',
    // Tests start real processes; on a busy machine these take their time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
