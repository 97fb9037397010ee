import { hash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTargets } from '../../shared/lambda/cloud.ts';
import { createNoPayloadStore } from '../../shared/payloads/none.ts';
import { createS3PayloadStore } from '../../shared/payloads/s3.ts';
import { decide } from '../../shared/runs/decide.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import { fit } from '../../shared/runs/fit.ts';
import { toOrder } from '../../shared/runs/order.ts';
import type { Plan, Work } from '../../shared/runs/plan.ts';
import type { Run } from '../../shared/runs/run.ts';
import { toBatchMachine } from '../../shared/targets/batch/machine.ts';
import { createBatch } from '../stand-in/batch.ts';
import { createCodeBuild } from '../stand-in/codebuild.ts';
import { account, region } from '../stand-in/core.ts';
import { createEcs } from '../stand-in/ecs.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import { createStepFunctions } from '../stand-in/step-functions.ts';
import { runId, toDraft, toPlan } from '../support/draft.ts';
import { createBucket, startFauxqs } from '../support/fauxqs.ts';
import { atEnd } from '../support/folder.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { until } from '../support/until.ts';

const toArn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
const jobQueue = toArn('batch', 'job-queue/jobs');
const jobDefinition = toArn('batch', 'job-definition/hashes:1');

/** A job that says what it got: the hash of its event, read as the examples read theirs. */
const reader = fileURLToPath(new URL('../../examples/trigger-event.mjs', import.meta.url));
const program = `
  const { readTriggerEvent } = await import(${JSON.stringify(reader)});
  const { hash } = await import('node:crypto');
  process.stdout.write(hash('sha256', JSON.stringify(await readTriggerEvent())));
`;
const command = [process.execPath, '--input-type=module', '-e', program];

const works: Readonly<Record<'fargate' | 'codebuild' | 'batch' | 'state-machine', Work>> = {
  fargate: {
    target: 'fargate',
    cluster: toArn('ecs', 'cluster/jobs'),
    taskDefinition: toArn('ecs', 'task-definition/hashes:1'),
    container: 'job',
    network: { subnets: ['subnet-0a'], securityGroups: [], assignPublicIp: true },
    isSpot: false,
    environmentFiles: [],
  },
  codebuild: { target: 'codebuild', project: 'hashes' },
  batch: {
    target: 'batch',
    stateMachine: toArn('states', 'stateMachine:hashes'),
    jobQueue,
    retry: toPlan().retry,
    tryTimeoutSeconds: 60,
    tryStartTimeoutSeconds: 60,
    // Of its command and variables, those of AWS_ENDPOINT_URL_S3 included.
    ownLength: 1000,
  },
  'state-machine': {
    target: 'state-machine',
    stateMachine: toArn('states', 'stateMachine:takes'),
    waitsForEnd: true,
  },
};

type TargetName = keyof typeof works;

/** Everything but the functions: real targets, S3, and services that run the job. */
async function startServices() {
  const fauxqs = await startFauxqs();
  const bucket = await createBucket(fauxqs, 'payloads');
  const variables = {
    AWS_ACCESS_KEY_ID: 'job',
    AWS_SECRET_ACCESS_KEY: 'job',
    AWS_REGION: region,
    AWS_ENDPOINT_URL_S3: fauxqs.endpoint,
  };
  const ecs = createEcs({
    definitions: [
      { family: 'hashes', revision: 1, containers: [{ name: 'job', command, environment: variables }] },
    ],
    readObject: async (arn) => {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const [, Bucket = '', Key = ''] = /^arn:aws:s3:::([^/]+)\/(.+)$/.exec(arn) ?? [];
      const { Body } = await fauxqs.s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    },
  });
  const codeBuild = createCodeBuild({
    projects: [{ name: 'hashes', work: { kind: 'command', command }, variables }],
  });
  const batch = createBatch({
    queues: [jobQueue],
    definitions: { [jobDefinition]: { command, environment: variables } },
  });
  const machine = toBatchMachine({
    job: 'hashes',
    stack: 'sizes-test',
    jobQueue,
    jobDefinition,
    retry: toPlan().retry,
    tryTimeoutSeconds: 60,
    executionTimeoutSeconds: 600,
  });
  const stepFunctions = createStepFunctions({
    machines: [
      { name: 'hashes', definition: { ...machine } },
      { name: 'takes', course: { seconds: 0 } },
    ],
    handlers: batch.handlers,
  });
  const standIn = await startStandIn(ecs.create, codeBuild.create, batch.create, stepFunctions.create);
  atEnd(standIn.close);
  const payloads = createS3PayloadStore({ s3: async () => fauxqs.s3, bucket });

  /** What the only job printed, or the hash of what the only execution was given, once it's there. */
  const hashed = (target: TargetName): Promise<string> =>
    until(`the ${target} job has said what it got`, async () => {
      switch (target) {
        case 'fargate':
          return ecs.tasks[0]?.lastStatus() === 'STOPPED' && ecs.tasks[0].output('job');
        case 'codebuild': {
          const arn = codeBuild.builds()[0]?.arn;
          return arn !== undefined && codeBuild.outputOf(arn) !== '' && codeBuild.outputOf(arn);
        }
        case 'batch': {
          const id = batch.jobs()[0]?.id;
          return id !== undefined && batch.outputOf(id) !== '' && batch.outputOf(id);
        }
        case 'state-machine':
          return toHash(await readInput(payloads, stepFunctions.executions()[0]?.input ?? '{}'));
      }
    });
  return { standIn, payloads, hashed };
}

async function readInput(payloads: ReturnType<typeof createS3PayloadStore>, input: string): Promise<string> {
  const { claimCheck } = JSON.parse(input);
  return claimCheck === undefined ? input : payloads.get(claimCheck);
}

function toHash(event: string): string {
  return hash('sha256', JSON.stringify(JSON.parse(event)));
}

const fillers = ['"', '😀', '='] as const;
const fill = (filler: string, fillers: number, letters: number) =>
  JSON.stringify({ records: [], text: filler.repeat(fillers) + 'x'.repeat(letters) });

function planOf(target: TargetName): Plan {
  return toPlan({ work: works[target], timeoutSeconds: 600 });
}

/** The longest event that still goes some way, and the shortest that doesn't, as the target measures. */
function toEdge(
  target: TargetName,
  filler: string,
  way: 'inline' | 'environment-file',
): readonly [string, string] {
  const { limits } = createTargets({} as never)[target];
  const started = (['accepted', 'due'] as const).reduce<Run>(
    (run, kind) => decide(run, kind === 'due' ? { kind } : { kind, lostRecords: [] }, run.createdAt),
    toDraft({ plan: planOf(target) }).run,
  );
  const [attempt] = started.attempts;
  if (attempt === undefined) throw new Error('it has no attempt');
  const beyond = { inline: 0, 'environment-file': 1, 'claim-check': 2 } as const;
  const goes = (event: string) => beyond[fit(toOrder(started, attempt, event), limits)] <= beyond[way];
  const count = toLast((count) => goes(fill(filler, count, 0)));
  const letters = toLast((letters) => goes(fill(filler, count, letters)));
  return [fill(filler, count, letters), fill(filler, count, letters + 1)];
}

function toLast(holds: (count: number) => boolean): number {
  let [within, beyond] = [0, 300_000];
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (holds(middle)) within = middle;
    else beyond = middle;
  }
  return within;
}

const edges = [
  ['fargate', 'inline', 'environment-file'],
  ['fargate', 'environment-file', 'claim-check'],
  ['codebuild', 'inline', 'claim-check'],
  ['batch', 'inline', 'claim-check'],
  ['state-machine', 'inline', 'claim-check'],
] as const;

describe.each(edges)('an event of a %s job at the edge between %s and %s', (target, way, next) => {
  it.each(fillers)('is the same to the job on both sides of it, full of %j', async (filler) => {
    const events = toEdge(target, filler, way);
    for (const event of events) {
      const { standIn, payloads, hashed } = await startServices();
      const engine = toEngine(createTargets(standIn.clients), payloads);
      const { run } = await engine.accept(toDraft({ plan: planOf(target) }, { event }));
      expect(run?.cause).toBeUndefined();
      expect(await hashed(target)).toBe(toHash(event));
    }
  });

  it('is refused clearly beyond it when no bucket is set up, and nothing is started', async () => {
    const { standIn } = await startServices();
    const [, beyond] = toEdge(target, 'a', way);
    const engine = toEngine(createTargets(standIn.clients), createNoPayloadStore());
    const { run } = await engine.accept(toDraft({ plan: planOf(target) }, { event: beyond }));
    const bytes = next === 'environment-file' ? /\d+/ : Buffer.byteLength(beyond);
    expect(run).toMatchObject({ status: 'failed', cause: { class: 'rejected' } });
    expect(run?.cause?.reason).toMatch(
      new RegExp(
        `^the event of run ${runId} \\(${typeof bytes === 'number' ? bytes : '\\d+'} bytes\\) is too big`,
      ),
    );
    expect(standIn.calls).toEqual([]);
  });
});

function toEngine(
  targets: ReturnType<typeof createTargets>,
  payloads: ReturnType<typeof createNoPayloadStore>,
) {
  return createEngine({
    ledger: createMemoryLedger(Date.now),
    targets,
    payloads,
    waker: { wake: async () => {} },
    announcers: {},
    startsAtOnce: () => true,
    now: Date.now,
    warn: () => {},
  });
}
