import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCompiledJobs } from '../jobs/compiled.ts';
import { toLocalPlan } from '../jobs/local-plan.ts';
import { createRoutingTable, type RuleCompilers } from '../jobs/routing-table.ts';
import { createSqliteLedger } from '../ledgers/sqlite.ts';
import { openDatabase } from '../ledgers/sqlite-schema.ts';
import { createFolderPayloadStore } from '../payloads/folder.ts';
import { createRouter, type Router } from '../router/router.ts';
import { createEngine } from '../runs/engine.ts';
import { type LambdaEnvironment, openNamed } from './environment.ts';

/**
 * The router of a trigger function. It only records: whoever has the ledger starts what is due in it, so no call to a
 * target is under way when a handler returns. Throws EnvironmentError for what can't be opened.
 */
export function openLambdaRouter(
  { jobsPath, ledger: ledgerUrl, payloads: payloadsUrl }: LambdaEnvironment,
  rules: RuleCompilers,
): Router {
  const { file, jobs, runsApi } = openNamed('SIGNALBOX_JOBS', () => readCompiledJobs(jobsPath));
  const database = openNamed('SIGNALBOX_LEDGER', () => openDatabase(fileURLToPath(ledgerUrl)));
  const now = Date.now;
  const ledger = createSqliteLedger(database, now);
  const payloads = createFolderPayloadStore(fileURLToPath(payloadsUrl));
  const engine = createEngine({
    ledger,
    targets: {},
    payloads,
    announcer: { announce: async () => {} },
    waker: { wake: async () => {} },
    now,
    warn: () => {},
  });
  return createRouter({
    table: createRoutingTable(jobs, rules),
    jobs,
    engine,
    ledger,
    payloads,
    toPlan: (job) => toLocalPlan(job, dirname(file)),
    ...(runsApi && { toLocation: (runId: string) => `/runs/${runId}` }),
    now,
  });
}
