import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../shared/runs/run.ts';
import type { ServiceEvent } from '../stand-in/core.ts';
import type { Faults } from '../stand-in/faults.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import { openTable } from '../support/dynamo.ts';
import { until } from '../support/until.ts';
import type { Cut } from './gate.ts';
import { type TargetName, toIdOfRun } from './jobs.ts';
import { type Fault, openProcess, type Process } from './process.ts';
import { createSite, type Site, type SiteOptions } from './sites.ts';
import { createWakeQueue, type WakeQueue } from './wake-queue.ts';

export type WorldOptions = {
  readonly target: TargetName;
  readonly site?: Pick<SiteOptions, 'newIsHidden'>;
  /** Of every process. */
  readonly fault?: Fault;
  readonly bucket?: Bucket;
};

/** S3, and how what ECS reads from there is read. */
export type Bucket = {
  readonly endpoint: string;
  readonly name: string;
  readonly readObject: (arn: string) => Promise<string>;
};

/** AWS as one delivery sees it: the services with their state, the table, the queue, and the time. */
export type World = {
  readonly site: Site;
  readonly faults: Faults;
  readonly queue: WakeQueue;
  /** Everything that services said, in its order. */
  readonly events: readonly ServiceEvent[];
  readonly open: (cut?: Cut) => Process;
  readonly now: () => number;
  readonly pass: (seconds: number) => void;
  readonly passTo: (at: number) => void;
  readonly letEnd: () => Promise<void>;
  /** Waits until what the services do by themselves is done. */
  readonly settle: () => Promise<void>;
  /** Waits until the services have come so far. */
  readonly until: (is: () => boolean) => Promise<void>;
  /** The run, as there is but one. */
  readonly run: () => Promise<Run | undefined>;
  /** How many jobs lived at one moment, at most. */
  readonly mostAlive: () => number;
  readonly close: () => Promise<void>;
};

/** So many looks, one after the other, have to find everything steady. */
const steadyLooks = 2;
const lookEveryMs = 2;
const mostLooks = 300;

export async function createWorld({ target, site: how, fault, bucket }: WorldOptions): Promise<World> {
  const site = createSite(target, {
    ...how,
    ...(bucket === undefined ? {} : { readObject: bucket.readObject }),
  });
  const queue = createWakeQueue();
  const [standIn, table] = await Promise.all([startStandIn(...site.create, queue.create), openTable()]);
  const { core, url, faults } = standIn;
  const events: ServiceEvent[] = [];
  const processes: Process[] = [];
  let mostAlive = 0;
  const count = () => {
    mostAlive = Math.max(mostAlive, site.jobs().filter(({ lives }) => lives).length);
  };
  core.listen((event) => {
    events.push(event);
    count();
  });
  const open = (cut?: Cut) => {
    const opened = openProcess({
      url,
      table,
      now: core.now,
      noticed: count,
      ...(cut === undefined ? {} : { cut }),
      ...(fault === undefined ? {} : { fault }),
      ...(bucket === undefined ? {} : { bucket }),
    });
    processes.push(opened);
    return opened;
  };
  const observer = openProcess({ url, table, now: core.now, noticed: () => {} });
  processes.push(observer);
  const runId = toIdOfRun(target);

  return {
    site,
    faults,
    queue,
    events,
    open,
    now: core.now,
    pass: core.pass,
    passTo: (at) => core.pass(Math.max(0, at - core.now()) / 1000),
    letEnd: () => site.letEnd(core),
    async settle() {
      let steady = 0;
      for (let looks = 0; looks < mostLooks && steady < steadyLooks; looks++) {
        await sleep(lookEveryMs);
        count();
        steady = site.isSteady() ? steady + 1 : 0;
      }
    },
    async until(is) {
      await until('the services come so far', is);
    },
    run: () => observer.ledger.load(runId),
    mostAlive: () => mostAlive,
    async close() {
      for (const each of processes) each.end();
      await standIn.close();
      await table.stop();
    },
  };
}
