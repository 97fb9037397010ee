import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { toLocalPlan } from '../jobs/local-plan.ts';
import { createRoutingTable, type RoutingTable } from '../jobs/routing-table.ts';
import { everySource } from '../jobs/rules/every-source.ts';
import type { RunnableJob } from '../jobs/runnable.ts';
import type { JobsFile } from '../jobs/schema/file.ts';
import { createRouter, type Router } from '../router/router.ts';
import { toHome } from './home.ts';
import { createOwnBus } from './own-bus.ts';
import { type LocalWorld, openWorld, type WorldOptions } from './world.ts';

/** The router of one jobs.yml on this machine, without its HTTP side. */
export type LocalRouter = LocalWorld & {
  readonly router: Router;
  readonly table: RoutingTable;
  readonly slots: number;
};

/** As many jobs at once as there are cores, unless `slots` says otherwise. Throws as openWorld does. */
export function openLocalRouter(
  file: JobsFile,
  options: Partial<WorldOptions> & Pick<WorldOptions, 'log'>,
): LocalRouter {
  const directory = dirname(file.file);
  const slots = options.slots ?? availableParallelism();
  const bus = createOwnBus({ ...file, router: () => router });
  const { historyDays } = file;
  const world = openWorld(toHome(directory), { ...options, slots, historyDays, bus });
  const { engine, ledger, payloads } = world;
  const table = createRoutingTable(file.jobs, everySource);
  const toPlan = (job: RunnableJob) => toLocalPlan(job, directory);
  const router: Router = createRouter({
    table,
    jobs: file.jobs,
    engine,
    ledger,
    payloads,
    toPlan,
    toLocation: (runId) => `/runs/${runId}`,
    now: Date.now,
  });
  return { ...world, router, table, slots };
}
