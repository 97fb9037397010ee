import type { EpochMs } from '../../shared/runs/run.ts';
import { invokeAsynchronously } from './asynchronous.ts';
import { createFunctions, toNextMinute } from './functions.ts';
import { drawPlan } from './jobs.ts';
import type { Kernel } from './kernel.ts';
import { toQueuePayload } from './payloads.ts';
import { giveCommand } from './people.ts';
import { createQueue } from './queue.ts';
import { createSenders } from './senders.ts';
import { createService } from './service.ts';
import { serviceProfiles } from './service-profiles.ts';
import { showRun } from './show-run.ts';
import { createTable } from './table.ts';
import { createWitness } from './witness.ts';

const minute = 60_000;

/** A small deployment of Signalbox, those who send events to it, and people who cancel and replay. */
export function createWorld(kernel: Kernel) {
  const { random, now, at } = kernel;
  const objects = new Map<string, string>();
  const witness = createWitness(kernel, objects);
  const indexLagMs = () =>
    kernel.strikes('index late', 0.05) ? random.scaled(100, 60_000) : random.between(0, 50);
  const table = createTable(now, indexLagMs, (key, before, after) => {
    witness.wrote(key, before, after);
    setAlarm();
  });
  witness.watch(table);
  const plans = new Map<string, ReturnType<typeof drawPlan>>();
  const services = serviceProfiles.map((profile) =>
    createService(kernel, profile, witness, (change, task) => {
      const event = { service: profile.name, change };
      const heard = () => {
        witness.heardOf(task);
      };
      invokeAsynchronously(kernel, functions.stateChange, event, heard, false);
    }),
  );
  const functions = createFunctions({
    kernel,
    table,
    objects,
    services,
    witness,
    planOf(job) {
      const plan = plans.get(job) ?? drawPlan(random);
      plans.set(job, plan);
      return plan;
    },
    sendWakeUp: (body, delayMs) => wakeQueue.send(body, delayMs),
    startsAtOnce: random.pick([0, 0.5, 1]),
  });
  const wakeQueue = createQueue(kernel, {
    name: 'wake-queue',
    visibilityMs: 6 * minute,
    mostReceives: 5,
    batchSize: 10,
    handler: functions.wake,
    toPayload: (messages) => toQueuePayload('wake', messages),
  });

  let nextSweep = Number.POSITIVE_INFINITY;
  let noSweepUntil = 0;
  let isCalm = false;

  /** The sweep runs every minute; those that would find nothing due are left out. */
  function setAlarm(): void {
    const due = witness.earliestDue();
    const tick = toNextMinute(Math.max(now(), due));
    if (tick >= nextSweep) return;
    nextSweep = tick;
    at(tick, () => {
      if (nextSweep !== tick) return;
      nextSweep = Number.POSITIVE_INFINITY;
      const times = kernel.strikes('two sweeps at once', 0.1) ? 2 : 1;
      for (let time = 0; time < times; time++) {
        if (now() < noSweepUntil || kernel.strikes('sweep left out', 0.05)) continue;
        functions.sweep.invoke({}, () => {});
      }
      setAlarm();
    });
  }

  return {
    begin(): void {
      const senders = createSenders(kernel, functions, witness);
      const chosen = new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(senders)));
      for (const send of chosen) send();
      if (kernel.strikes('no sweep for hours', 0.15))
        at(now() + random.scaled(1, 60 * minute), () => {
          if (isCalm) return;
          noSweepUntil = now() + random.between(60, 240) * minute;
          witness.sweeps(noSweepUntil);
        });
      for (let commands = random.between(0, 3); commands > 0; commands--)
        at(now() + random.scaled(minute / 10, 120 * minute), () => giveCommand(kernel, functions, witness));
    },

    /** From now on nothing goes wrong any more, so that what is late is late by itself. */
    calm(): void {
      const calmSince = now();
      noSweepUntil = 0;
      witness.sweeps(now());
      isCalm = true;
      const check = () => {
        if (now() > calmSince + 30 * minute) for (const run of witness.unfinished()) lookIfLate(run);
        if (witness.unfinished().length > 0) at(now() + 5 * minute, check);
      };
      check();

      function lookIfLate(run: ReturnType<typeof witness.unfinished>[number]): void {
        const last = run.attempts.at(-1);
        const since = (time: EpochMs) => Math.max(time, calmSince + 10 * minute);
        const latest: EpochMs = (() => {
          switch (run.status) {
            case 'queued':
            case 'waiting':
              return since(run.next?.at ?? 0) + 15 * minute;
            case 'starting':
              return since(last?.startBy ?? 0) + 5 * minute;
            case 'running':
              return since((last?.startedAt ?? 0) + run.plan.timeoutSeconds * 1000) + 5 * minute;
            default:
              return since(run.stopping?.since ?? 0) + run.plan.stopTimeoutSeconds * 1000 + 20 * minute;
          }
        })();
        if (now() > latest) kernel.violate('every run ends by its deadline plus the sweep', showRun(run));
      }
    },

    atTheEnd: witness.atTheEnd,
  };
}
