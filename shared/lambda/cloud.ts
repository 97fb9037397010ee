import { readFileSync } from 'node:fs';
import type { Announcers } from '../announcers/announcer.ts';
import { createCalmAnnouncer } from '../announcers/calm.ts';
import { createEventBridgeAnnouncer } from '../announcers/event-bridge.ts';
import { createFailureDestination } from '../announcers/failure-destination.ts';
import type { EventStores } from '../announcers/failure-message.ts';
import type { Sender } from '../announcers/message.ts';
import { type AwsClients, createClients } from '../aws/clients.ts';
import { createDynamoDbClient } from '../aws/dynamo-db-client.ts';
import { type ClientsOf, createRegions } from '../aws/regions.ts';
import type { Deployment } from '../jobs/deployment.ts';
import { fillInPseudoParameters, fillInReferences, type ReferenceValues } from '../jobs/fill-in.ts';
import { createDynamoLedger } from '../ledgers/dynamodb/ledger.ts';
import { createNoPayloadStore } from '../payloads/none.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { createS3PayloadStore } from '../payloads/s3.ts';
import { createEngine, type Engine } from '../runs/engine.ts';
import type { Ledger } from '../runs/ledger.ts';
import { createPace, type Pace, type PaceOptions } from '../runs/pace.ts';
import type { Work } from '../runs/plan.ts';
import type { Run } from '../runs/run.ts';
import { createBatchTarget } from '../targets/batch/batch.ts';
import { createCodeBuildTarget } from '../targets/codebuild/codebuild.ts';
import { createFargateTarget } from '../targets/fargate/fargate.ts';
import { createGatheringTarget } from '../targets/gathered.ts';
import { none } from '../targets/none.ts';
import { createPacedTarget } from '../targets/paced.ts';
import { createStateMachineTarget } from '../targets/state-machine/state-machine.ts';
import type { Target } from '../targets/target.ts';
import { createSqsWaker } from '../wakers/sqs.ts';
import type { Waker } from '../wakers/waker.ts';
import type { CloudStores } from './environment.ts';

/** The parts of a router in AWS, of one function. */
export type Cloud = {
  readonly deployment: Deployment;
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly payloads: PayloadStore;
  readonly targets: Readonly<Record<string, Target>>;
  readonly waker: Waker;
};

export type CloudOptions = {
  /** Which announcements carry. */
  readonly sender: Sender;
  /** How long runs are kept after they have ended. */
  readonly historyDays: number;
  /** What references of the deployment stand for. */
  readonly references?: ReferenceValues;
  /**
   * `trigger`: starts what it accepts, as long as that is little; the rest waits in the wake queue.
   * `line`: gives those that wait their turn, at the pace of each service.
   * `sweep`: the same, and what it looks at it looks at together.
   */
  readonly role: 'trigger' | 'line' | 'sweep';
  readonly now: () => number;
  readonly saw: (before: Run | undefined, after: Run) => void;
  readonly warn: (runId: string, problem: string) => void;
};

type CloudTarget = Exclude<Work['target'], 'process' | 'none'>;

/**
 * In one function of the line, of which two run at once, so that Fargate sees its 20 starts a second; the others' rates
 * are below what every Region and account has.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html
 */
const linePaces: Readonly<Record<CloudTarget, PaceOptions>> = {
  fargate: { perSecond: 10, least: 1, most: 50, burst: 1 },
  codebuild: { perSecond: 2, least: 1, most: 10, burst: 1 },
  batch: { perSecond: 20, least: 2, most: 100, burst: 1 },
  'state-machine': { perSecond: 20, least: 2, most: 100, burst: 1 },
};

/** There may be a thousand functions of a trigger at once: each starts a run now and then, and steps back when refused. */
const triggerPace: PaceOptions = { perSecond: 0.5, least: 0.02, most: 0.5, burst: 2, fall: 0.1 };

/** Long enough for a hundred runs to be loaded and saved before they are looked at together. */
const gatherMs = 100;

/** Characters. What is longer has to be stored first: whoever sent it doesn't wait for that and for a start. */
const longestAtOnce = 8_192;

/** Opens nothing yet: each client connects when it's used first. Throws for a deployment that can't be read. */
export function openCloud(
  stores: CloudStores,
  { sender, historyDays, references, role, now, saw, warn }: CloudOptions,
): Cloud {
  const deployment = readDeployment(stores.deploymentPath, references);
  const { region, credentials } = stores;
  const options = {
    ...(region !== undefined && { region }),
    ...(credentials && { credentials: async () => credentials }),
  };
  const clients = createClients(options);
  const payloads = openPayloads(stores, clients);
  const ledger = createDynamoLedger({
    client: createDynamoDbClient(options),
    table: stores.table,
    payloads,
    historyDays,
    now,
  });
  const waker = createSqsWaker({ client: clients.sqs, queueUrl: stores.wakeQueueUrl, now });
  const paces = createPaces(role);
  const paced = paceTargets(createTargets(clients), paces, { isWaiting: role !== 'trigger', now });
  const targets = role === 'sweep' ? gatherLooks(paced, now) : paced;
  const engine = createEngine({
    ledger,
    targets,
    payloads,
    waker,
    announcers: openAnnouncers(stores, createRegions(options), { sender, ledger, payloads, now }),
    announcesLater: role === 'trigger',
    startsAtOnce: ({ plan: { work } }, event = '') => {
      // Nothing is asked of anybody, and no wake queue is there for it.
      if (work.target === 'none') return true;
      const isSmall = event.length <= longestAtOnce;
      return role === 'trigger' && isSmall && (paces.get(work.target)?.ask(now()) ?? 0) === 0;
    },
    now,
    saw,
    warn,
  });
  return { deployment, engine, ledger, payloads, targets, waker };
}

function readDeployment(path: string, values: ReferenceValues | undefined): Deployment {
  const text = readFileSync(path, 'utf8');
  if (values === undefined) return JSON.parse(text);
  return JSON.parse(fillInPseudoParameters(fillInReferences(text, values), values));
}

/** The bus and the failure destinations may be in other regions than the function. */
function openAnnouncers(
  { eventBus: bus }: CloudStores,
  clientsOf: ClientsOf,
  { sender, now, ...events }: EventStores & { readonly sender: Sender; readonly now: () => number },
): Announcers {
  const report = createFailureDestination({ clientsOf, sender, ...events });
  return {
    ...(bus !== undefined && {
      bus: createCalmAnnouncer(
        createEventBridgeAnnouncer({ client: () => clientsOf(bus).eventBridge(), bus, sender }),
        { toDestination: () => bus, now },
      ),
    }),
    'failure-destination': createCalmAnnouncer(report, {
      toDestination: ({ plan }) => plan.onFailure?.arn ?? '',
      now,
    }),
  };
}

/** All that a run in AWS can be started with. */
export function createTargets(clients: AwsClients): Readonly<Record<CloudTarget, Target>> {
  return {
    fargate: createFargateTarget(clients),
    codebuild: createCodeBuildTarget(clients),
    batch: createBatchTarget(clients),
    'state-machine': createStateMachineTarget(clients),
  };
}

function createPaces(role: CloudOptions['role']): ReadonlyMap<string, Pace> {
  return new Map(
    Object.entries(linePaces).map(([name, pace]) => [
      name,
      createPace(role === 'trigger' ? triggerPace : pace),
    ]),
  );
}

function paceTargets(
  targets: Readonly<Record<string, Target>>,
  paces: ReadonlyMap<string, Pace>,
  how: { readonly isWaiting: boolean; readonly now: () => number },
): Readonly<Record<string, Target>> {
  const paced = Object.entries(targets).map(([name, target]) => {
    const pace = paces.get(name);
    return [name, pace === undefined ? target : createPacedTarget(target, { pace, ...how })] as const;
  });
  return { ...Object.fromEntries(paced), none };
}

function gatherLooks(
  targets: Readonly<Record<string, Target>>,
  now: () => number,
): Readonly<Record<string, Target>> {
  const gathered = Object.entries(targets).map(
    ([name, target]) => [name, createGatheringTarget(target, { gatherMs, now })] as const,
  );
  return Object.fromEntries(gathered);
}

function openPayloads({ payloads }: CloudStores, { s3 }: AwsClients): PayloadStore {
  return payloads === undefined ? createNoPayloadStore() : createS3PayloadStore({ s3, ...payloads });
}
