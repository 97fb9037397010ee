import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toLocalPlan } from '../../shared/jobs/local-plan.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource as everySourceRules } from '../../shared/jobs/rules/every-source.ts';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { createRouter, type RouterParts } from '../../shared/router/router.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { CarriedEvent, Order } from '../../shared/runs/order.ts';
import type { Run } from '../../shared/runs/run.ts';
import type { Target } from '../../shared/targets/target.ts';
import { createClock } from '../support/clock.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';

/** Jobs by name, as jobs.yml has them; a command is added. */
export type Jobs = { readonly [name: string]: { readonly [property: string]: unknown } };

export function toJobsFile(jobs: Jobs) {
  const declared = Object.entries(jobs).map(([name, job]) => [
    name,
    { target: 'process', local: { command: ['true'] }, ...job },
  ]);
  return parseJobs(JSON.stringify({ service: 'shop', jobs: Object.fromEntries(declared) }), '/shop/jobs.yml');
}

export const orderRoute = {
  type: 'http-api-gateway',
  properties: { httpApiGatewayName: 'shop', method: 'POST', path: '/orders' },
};

/** A router with a ledger in memory and a target that takes every start and remembers it. */
export function createRouterWorld(jobs: Jobs, change: Partial<RouterParts> = {}) {
  const clock = createClock();
  const { now } = clock;
  const ledger = change.ledger ?? createMemoryLedger(now);
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-router-'));
  const payloads = change.payloads ?? createFolderPayloadStore(folder);
  const starts: { readonly order: Order; readonly event: CarriedEvent }[] = [];
  const target: Target = {
    name: 'process',
    limits: { inline: (_order, event) => ({ size: event.length, most: 100_000 }) },
    async start(order, event) {
      starts.push({ order, event });
      return { kind: 'started', externalId: `task-${starts.length}`, startedAt: now() };
    },
    stop: async () => ({ kind: 'asked' }),
    describe: async () => [],
    report: () => undefined,
  };
  const engine = createEngine({
    ledger,
    targets: { process: target },
    payloads,
    announcers: { bus: { announce: async () => {} } },
    waker: { wake: async () => {} },
    now,
    warn: () => {},
  });
  const { jobs: declared } = toJobsFile(jobs);
  const parts: RouterParts = {
    table: createRoutingTable(declared, everySourceRules),
    jobs: declared,
    engine,
    ledger,
    payloads,
    toPlan: (job) => toLocalPlan(job, '/shop'),
    now,
  };

  return {
    clock,
    ledger,
    starts,
    folder,
    engine,
    parts,
    router: createRouter({ ...parts, ...change }),
    runs: async (): Promise<readonly Run[]> => (await ledger.list({ limit: 100 })).runs,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
