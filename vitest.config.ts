import { defineConfig } from 'vitest/config';

const hasCrashTable = process.env['CRASH_TABLE_ROWS'] !== undefined;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These are for `test:crash`, which says how many rows.
    exclude: hasCrashTable ? [] : ['test/crash-table/{executions,tasks-and-builds}.test.ts'],
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
