import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AwsClients, createClients } from '../../shared/aws/clients.ts';
import { toCloudPlan } from '../../shared/jobs/cloud-plan.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource } from '../../shared/jobs/rules/every-source.ts';
import type { RunnableJob } from '../../shared/jobs/runnable.ts';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { createNoPayloadStore } from '../../shared/payloads/none.ts';
import { createS3PayloadStore } from '../../shared/payloads/s3.ts';
import { createRouter } from '../../shared/router/router.ts';
import { createStateChanges } from '../../shared/router/state-changes.ts';
import { createWakeUps } from '../../shared/router/wake-ups.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Ledger } from '../../shared/runs/ledger.ts';
import type { EpochMs } from '../../shared/runs/run.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { createBatchTarget } from '../../shared/targets/batch/batch.ts';
import { createCodeBuildTarget } from '../../shared/targets/codebuild/codebuild.ts';
import { createFargateTarget } from '../../shared/targets/fargate/fargate.ts';
import { createStateMachineTarget } from '../../shared/targets/state-machine/state-machine.ts';
import type { Target } from '../../shared/targets/target.ts';
import { createSqsWaker } from '../../shared/wakers/sqs.ts';
import type { ServiceEvent } from '../stand-in/core.ts';
import { type Cut, createGate, type Gate } from './gate.ts';
import { deployment, jobs } from './jobs.ts';
import type { Message } from './wake-queue.ts';

/** What makes a process a faulty one, so that the table can be seen to find it. */
export type Fault = {
  readonly target?: (target: Target, now: () => EpochMs) => Target;
  readonly ledger?: (ledger: Ledger) => Ledger;
};

export type ProcessOptions = {
  /** Of the stand-ins, and of the queue. */
  readonly url: string;
  readonly table: { readonly endpoint: string; readonly table: string };
  readonly bucket?: { readonly endpoint: string; readonly name: string };
  readonly now: () => EpochMs;
  readonly cut?: Cut;
  readonly fault?: Fault;
  /** Told after each call. */
  readonly noticed: () => void;
};

/**
 * One Lambda function's process, with clients of its own. Each of these is an invocation, and gives whether what it was
 * given needs not come again.
 */
export type Process = {
  readonly gate: Gate;
  readonly ledger: Ledger;
  readonly deliver: (payload: unknown) => Promise<boolean>;
  readonly tell: (event: ServiceEvent) => Promise<boolean>;
  readonly follow: (message: Message) => Promise<boolean>;
  /** Tells all runs that are due that they are. */
  readonly sweep: () => Promise<void>;
  /** The same for one, without asking which are. */
  readonly look: (runId: string) => Promise<void>;
  readonly end: () => void;
};

const credentials = { accessKeyId: 'stand-in', secretAccessKey: 'stand-in' };
const region = 'eu-west-1';

export function openProcess({ url, table, bucket, now, cut, fault, noticed }: ProcessOptions): Process {
  const gate = createGate(cut, noticed);
  const made: { readonly destroy: () => void }[] = [];
  const clients = watchAll();
  const dynamo = watch(new DynamoDBClient({ endpoint: table.endpoint, region, credentials }));
  const payloads =
    bucket === undefined
      ? createNoPayloadStore()
      : createS3PayloadStore({ s3: clients.s3, bucket: bucket.name });
  const real = createDynamoLedger({ client: dynamo, table: table.table, payloads, now });
  const ledger = fault?.ledger?.(real) ?? real;
  const all: Readonly<Record<string, Target>> = {
    fargate: createFargateTarget(clients, { now }),
    codebuild: createCodeBuildTarget(clients, { now }),
    batch: createBatchTarget(clients),
    'state-machine': createStateMachineTarget(clients),
  };
  const targets = Object.fromEntries(
    Object.entries(all).map(([name, target]) => [name, fault?.target?.(target, now) ?? target]),
  );
  const waker = createSqsWaker({ client: clients.sqs, queueUrl: `${url}/wake`, now });
  const engine = createEngine({
    ledger,
    targets,
    payloads,
    waker,
    announcers: {},
    startsAtOnce: () => true,
    now,
    warn: () => {},
  });
  const toPlan = (job: RunnableJob) => toCloudPlan(job, deployment);
  const routes = createRoutingTable(jobs, everySource);
  const router = createRouter({ table: routes, jobs, engine, ledger, payloads, toPlan, now });
  const stateChanges = createStateChanges({ engine, ledger, targets, jobs, toPlan, now });
  const wakeUps = createWakeUps({ engine, now, warn: () => {} });

  return {
    gate,
    ledger,
    async deliver(payload) {
      const delivery = sqs.parse(payload, { requestId: 'request', functionArn: 'arn:aws:lambda:sqs' });
      const routed = await router.route(delivery);
      return JSON.stringify(sqs.answer(delivery, routed)) === '{"batchItemFailures":[]}';
    },
    tell: (event) =>
      stateChanges(event).then(
        () => true,
        () => false,
      ),
    async follow({ messageId, body }) {
      const { batchItemFailures } = await wakeUps({ Records: [{ messageId, body }] });
      return batchItemFailures.length === 0;
    },
    async sweep() {
      for (const lane of ['line', 'rest'] as const) {
        for (const { id } of await ledger.due({ now: now(), limit: 10, of: lane }))
          await engine.tell(id, { kind: 'due' });
      }
    },
    async look(runId) {
      await engine.tell(runId, { kind: 'due' });
    },
    end() {
      for (const client of made) client.destroy();
    },
  };

  function watchAll(): AwsClients {
    const clients = createClients(options(url));
    const { batch, codeBuild, ecs, sfn, sqs: queue } = clients;
    const { s3 } = createClients(options(bucket?.endpoint ?? url));
    return {
      ...clients,
      batch: once(async () => watch(await batch())),
      codeBuild: once(async () => watch(await codeBuild())),
      ecs: once(async () => watch(await ecs())),
      s3: once(async () => watch(await s3())),
      sfn: once(async () => watch(await sfn())),
      sqs: once(async () => watch(await queue())),
    };
  }

  function watch<T extends Watchable>(client: T): T {
    client.middlewareStack.add(gate.middleware, { step: 'initialize', name: 'gate' });
    made.push(client);
    return client;
  }
}

/** What all clients of the SDK have. */
type Watchable = {
  readonly middlewareStack: {
    add(
      middleware: Gate['middleware'],
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
  readonly destroy: () => void;
};

const options = (endpoint: string) => ({ region, endpoint, credentials: async () => credentials });

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
