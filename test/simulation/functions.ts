import type { Context } from 'aws-lambda';
import type { Announcer } from '../../shared/announcers/announcer.ts';
import { createStoredLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { createRouter } from '../../shared/router/router.ts';
import { createStateChanges } from '../../shared/router/state-changes.ts';
import { createSweep } from '../../shared/router/sweep.ts';
import { createTrigger } from '../../shared/router/trigger.ts';
import { createWakeUps } from '../../shared/router/wake-ups.ts';
import type { Audience } from '../../shared/runs/effect.ts';
import { createEngine, type Engine, type World } from '../../shared/runs/engine.ts';
import type { Plan } from '../../shared/runs/plan.ts';
import type { EpochMs } from '../../shared/runs/run.ts';
import type { Source } from '../../shared/sources/source.ts';
import { createGatheringTarget } from '../../shared/targets/gathered.ts';
import { toDelaySeconds, toWakeDate } from '../../shared/wakers/sqs.ts';
import type { Waker } from '../../shared/wakers/waker.ts';
import { jobs, routingTable } from './jobs.ts';
import type { Host, Kernel } from './kernel.ts';
import { createLambdaFunction, type Handler, type LambdaFunction } from './lambda.ts';
import type { Service } from './service.ts';
import { createObjectStore, createTableStore } from './stores.ts';
import type { Table } from './table.ts';
import { createSimulatedTarget } from './target.ts';
import type { Witness } from './witness.ts';

/** What all hosts share: the world outside. */
export type Outside = {
  readonly kernel: Kernel;
  readonly table: Table;
  readonly objects: Map<string, string>;
  readonly services: readonly Service[];
  readonly witness: Witness;
  readonly planOf: (job: string) => Plan;
  readonly sendWakeUp: (body: string, delayMs: number) => void;
  /** The part of what triggers accept that they start themselves. */
  readonly startsAtOnce: number;
};

export type Functions = {
  readonly trigger: (source: Source) => LambdaFunction;
  readonly wake: LambdaFunction;
  readonly stateChange: LambdaFunction;
  readonly sweep: LambdaFunction;
  /** What a person asks for: `cancel` or `replay`. */
  readonly command: LambdaFunction;
};

export type Command =
  | { readonly kind: 'cancel'; readonly runId: string }
  | { readonly kind: 'replay'; readonly runId: string; readonly requestId: string };

/** The functions as functions/*.ts put them together, each instance in a host of its own. */
export function createFunctions(outside: Outside): Functions {
  const { kernel } = outside;
  const create = (name: string, seconds: number, initialise: (parts: Parts) => Handler) =>
    createLambdaFunction(kernel, name, seconds * 1000, (host) => initialise(openParts(outside, host)));
  const triggers = new Map<Source, LambdaFunction>();

  return {
    trigger(source) {
      const known = triggers.get(source);
      if (known) return known;
      const made = create(source.name, 30, (parts) => {
        const trigger = createTrigger(source, parts.router('trigger'), { routed() {}, refused() {} });
        const context = { invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:simulated' };
        return (payload, awsRequestId) => trigger(payload, { ...context, awsRequestId } as Context);
      });
      triggers.set(source, made);
      return made;
    },
    wake: create('wake', 60, (parts) => createWakeUps(parts.line())),
    stateChange: create('state-change', 60, (parts) => {
      const tell = createStateChanges(parts.line());
      return (event) => tell(event);
    }),
    sweep: create('sweep', 60, (parts) => {
      const sweep = createSweep(parts.line({ isGathered: true }));
      return (_payload, _requestId, endBy) => sweep(endBy);
    }),
    command: create('command', 30, (parts) => {
      const router = parts.router('line');
      const { engine } = parts.line();
      return async (payload) => {
        const command = payload as Command;
        const { runId } = command;
        return command.kind === 'cancel'
          ? engine.tell(runId, { kind: 'cancel-asked' })
          : router.replay(runId, command.requestId);
      };
    }),
  };
}

type Parts = ReturnType<typeof openParts>;

/** What openCloud and openLine (shared/lambda) give a function, with the simulated world in place of AWS. */
function openParts(outside: Outside, host: Host) {
  const { kernel, table, objects, services, witness, planOf, sendWakeUp, startsAtOnce } = outside;
  const now = kernel.clockOf(host);
  const warn = (runId: string, problem: unknown) =>
    kernel.note(host.name, 'warns', () => `${runId.slice(0, 6)}: ${problem}`);
  const payloads = createObjectStore(kernel, host, objects);
  const ledger = createStoredLedger({ store: createTableStore(kernel, host, table), payloads, now });
  const waker: Waker = {
    async wake(run) {
      const at = toWakeDate(run, now());
      if (at === undefined) return;
      const body = JSON.stringify({ runId: run.id, at });
      await kernel.call(
        host,
        'wake queue send',
        () => sendWakeUp(body, toDelaySeconds(at, now()) * 1000),
        (reason) => new Error(`the wake queue: ${reason}`),
      );
    },
  };
  const announcer = (audience: Audience): Announcer => ({
    announce: (run, announcement) =>
      kernel.call(
        host,
        `announce ${announcement.what}`,
        () => witness.announced(audience, run, announcement),
        (reason) => {
          kernel.coverage.count('input', 'effect-failed');
          return new Error(`the bus: ${reason}`);
        },
      ),
  });
  const announcers = { bus: announcer('bus'), 'failure-destination': announcer('failure-destination') };
  const targets = Object.fromEntries(
    services.map((service) => [
      service.profile.name,
      createSimulatedTarget(kernel, host, service, witness.startAsked),
    ]),
  );
  const parts = { ledger, payloads, waker, now, warn };
  const toPlan = ({ name }: { readonly name: string }) => planOf(name);

  return {
    router(role: 'trigger' | 'line') {
      const isStarted = () => role === 'trigger' && kernel.random.chance(startsAtOnce);
      const engine = createCountedEngine(kernel, {
        ...parts,
        targets,
        announcers,
        startsAtOnce: isStarted,
        announcesLater: role === 'trigger',
      });
      return createRouter({ ...parts, engine, table: routingTable, jobs, toPlan });
    },
    line({ isGathered = false } = {}) {
      const gather = (target: (typeof targets)[string]) =>
        createGatheringTarget(target, { gatherMs: 20, now });
      const reached = isGathered
        ? Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, gather(target)]))
        : targets;
      const engine = createCountedEngine(kernel, {
        ...parts,
        targets: reached,
        announcers,
        startsAtOnce: () => false,
      });
      return { ...parts, targets: reached, engine, jobs, toPlan };
    },
  };
}

function createCountedEngine({ coverage }: Kernel, world: World): Engine {
  const engine = createEngine(world);
  return {
    accept(draft) {
      coverage.count('input', 'accepted');
      return engine.accept(draft);
    },
    tell(runId, ...inputs) {
      for (const { kind } of inputs) coverage.count('input', kind);
      return engine.tell(runId, ...inputs);
    },
  };
}

/** When the next minute begins. */
export function toNextMinute(at: EpochMs): EpochMs {
  return Math.floor(at / 60_000) * 60_000 + 60_000;
}
