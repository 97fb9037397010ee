import { dirname } from 'node:path';
import type { Announcer } from '../announcers/announcer.ts';
import { readCompiledJobs } from '../jobs/compiled.ts';
import { toLocalPlan } from '../jobs/local-plan.ts';
import { createRoutingTable, type RuleCompilers, toSources } from '../jobs/routing-table.ts';
import type { RunnableFile, RunnableJob } from '../jobs/runnable.ts';
import { createSqliteLedger } from '../ledgers/sqlite.ts';
import { openDatabase } from '../ledgers/sqlite-schema.ts';
import { createFolderPayloadStore } from '../payloads/folder.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { createRouter, type Router, type RouterParts } from '../router/router.ts';
import { createEngine, type Engine } from '../runs/engine.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { Plan } from '../runs/plan.ts';
import type { Delivery } from '../sources/source.ts';
import { openCloud } from './cloud.ts';
import { type CloudStores, type FileStores, type LambdaEnvironment, openNamed } from './environment.ts';
import { refuseUnknownPlaces, toKnownPlan } from './known-references.ts';
import { toMeasurements } from './measurement.ts';
import type { Telemetry } from './telemetry.ts';

export type RouterOptions = Pick<RouterParts, 'toLinks'> & {
  readonly rules: RuleCompilers;
  readonly log: Telemetry;
};

/** What a trigger function takes deliveries with, and what runs are seen and asked things with. */
export type LambdaRouter = {
  readonly router: Router;
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly runsApi: RunnableFile['runsApi'];
};

/** Throws EnvironmentError for what can't be opened. */
export function openLambdaRouter(
  { jobsPath, stage, stores, references }: LambdaEnvironment,
  { rules, log, toLinks }: RouterOptions,
): LambdaRouter {
  const jobsFile = openNamed('SIGNALBOX_JOBS', () => readCompiledJobs(jobsPath, references));
  const { file, service, historyDays, jobs, runsApi } = jobsFile;
  refuseUnknownPlaces(jobs, toSources(rules));
  const measured = { service, ...(stage !== undefined && { stage }) };
  const now = Date.now;
  const world =
    stores.kind === 'cloud'
      ? openTrigger(stores)
      : { ...openFiles(stores, now), toPlan: (job: RunnableJob) => toLocalPlan(job, dirname(file)) };
  const router = createRouter({
    ...world,
    table: createRoutingTable(jobs, rules),
    jobs,
    ...(runsApi && { toLocation: createLocator(runsApi.httpApiName) }),
    ...(toLinks && { toLinks }),
    now,
  });
  return { router, engine: world.engine, ledger: world.ledger, runsApi };

  function openTrigger(stores: CloudStores): World {
    const cloud = openNamed('SIGNALBOX_DEPLOYMENT', () =>
      openCloud(stores, {
        sender: measured,
        historyDays,
        ...(references && { references }),
        role: 'trigger',
        now,
        saw: (before, after) => log.measured(measured, toMeasurements(before, after)),
        warn: log.stumbled,
      }),
    );
    return { ...cloud, toPlan: (job: RunnableJob) => toKnownPlan(job, cloud.deployment) };
  }
}

/** Only a request that came to the runs API's own HTTP API can follow a path of it. */
export function createLocator(apiId: string) {
  return (runId: string, { addressed }: Delivery): string | undefined =>
    addressed.source === 'http-api-gateway' && addressed.apiId === apiId ? `/runs/${runId}` : undefined;
}

type World = {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly payloads: PayloadStore;
  readonly toPlan: (job: RunnableJob) => Plan;
};

const leftToTheRouter: Announcer = {
  async announce() {
    throw new Error('whoever runs the jobs of this ledger announces them');
  },
};

/** It only records: whoever has the same disk starts what is due in its ledger. */
function openFiles({ ledgerPath, payloadsPath }: FileStores, now: () => number): Omit<World, 'toPlan'> {
  const database = openNamed('SIGNALBOX_LEDGER', () => openDatabase(ledgerPath));
  const ledger = createSqliteLedger(database, now);
  const payloads = createFolderPayloadStore(payloadsPath);
  const engine = createEngine({
    ledger,
    targets: {},
    payloads,
    waker: { wake: async () => {} },
    announcers: { bus: leftToTheRouter },
    announcesLater: true,
    now,
    warn: () => {},
  });
  return { engine, ledger, payloads };
}
