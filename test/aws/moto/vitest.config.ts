import { defineConfig } from 'vitest/config';

/**
 * Tests that ask moto, which test/aws/main.ts starts: `test:aws` runs these, and nothing else does. Those of the
 * DynamoDB ledger are the default suite's own; test/support/dynamo.ts has them use moto.
 */
export default defineConfig({
  test: {
    // It counts calls, which are the same whoever answers, and takes longest.
    exclude: ['test/ledgers/dynamodb/cost.test.ts'],
    include: ['test/aws/moto/*.moto.ts', 'test/ledgers/dynamodb/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
