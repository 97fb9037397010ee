/**
 * A burst: many SQS records at once, for a Fargate that admits 20 starts a second. Prints what became of them, and exits
 * 0 when each was started once, none failed and few calls were refused. `node test/cloud/burst.ts [records]`
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { isFinished, type Run } from '../../shared/runs/run.ts';
import { createBatch } from '../stand-in/batch.ts';
import { createCodeBuild } from '../stand-in/codebuild.ts';
import { createEcs } from '../stand-in/ecs.ts';
import { createStepFunctions } from '../stand-in/step-functions.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { sweep } from './sweep.ts';

const records = Number(process.argv[2] ?? 10_000);
const admitted = { perSecond: 20, burst: 100 };
/** Of Lambda's pollers, which begin with five batches at a time. */
const triggers = 5;
const mostRefused = 0.1;
const mostSeconds = 120 + (records / admitted.perSecond) * 2;

const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:uploads';
const jobs = `
service: burst
jobs:
  resize:
    target: fargate
    container: { image: resize }
    resources: { cpu: 0.25, memory: 512 }
    events:
      - { type: sqs, properties: { sqsQueueArn: '${queueArn}', batching: record } }
`;

const say = (text: string) => void process.stdout.write(`${text}\n`);
const cloud = await startCloud({
  file: parseJobs(jobs, '/burst/jobs.yml'),
  deployment: {
    cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/burst',
    network: { subnets: ['subnet-0a'], securityGroups: ['sg-0c'], assignPublicIp: true },
    jobs: {
      resize: {
        target: 'fargate',
        taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/burst-resize:1',
      },
    },
  },
  createServices(readObject) {
    const course = { seconds: 1, exitCode: 0 };
    const ecs = createEcs({
      clusters: ['burst'],
      readObject,
      definitions: [{ family: 'burst-resize', revision: 1, containers: [{ name: 'job', course }] }],
    });
    const codeBuild = createCodeBuild({ projects: [] });
    const stepFunctions = createStepFunctions({ machines: [] });
    const batch = createBatch({ queues: [], definitions: {} });
    return { ecs, codeBuild, stepFunctions, batch, create: [ecs.create] };
  },
});
cloud.standIn.faults.admit('RunTask', admitted);

const startedAt = Date.now();
await sendAll(cloud);
say(`${records} records recorded in ${since(startedAt)} s; admitted: ${admitted.perSecond} starts a second`);
const done = await waitForEnd(cloud);
const seconds = (Date.now() - startedAt) / 1000;
const calls = cloud.standIn.calls.filter(({ operation }) => operation === 'RunTask');
const refused = calls.filter(({ status }) => status !== 200).length;
const { tasks } = cloud.services.ecs;
const runs = await listAll(cloud);
const complaints = await cloud.close();

const byStatus = Object.entries(Object.groupBy(runs, ({ status }) => status)).map(
  ([status, all]) => `${all.length} ${status}`,
);
const refusedRate = refused / calls.length;
say(`${runs.length} runs after ${seconds.toFixed(0)} s: ${byStatus.join(', ')}`);
say(`${tasks.length} tasks, ${new Set(runs.map(({ id }) => id)).size} different runs`);
say(`${calls.length} calls of RunTask, ${refused} refused (${(refusedRate * 100).toFixed(1)} %)`);
say(`${(tasks.length / seconds).toFixed(1)} starts a second`);
for (const line of complaints.slice(0, 10)) say(`logged: ${line}`);
const isRight =
  done &&
  runs.length === records &&
  runs.every(({ status }) => status === 'succeeded') &&
  tasks.length === records &&
  refusedRate <= mostRefused;
say(isRight ? 'all started once, none failed' : 'unexpected');
process.exitCode = isRight ? 0 : 1;

/** Ten to a batch, five batches at a time, as the event source mapping delivers them. */
async function sendAll({ invoke }: Cloud): Promise<void> {
  let next = 0;
  const send = async () => {
    while (next < records) {
      const first = next;
      next += 10;
      const numbers = Array.from({ length: Math.min(10, records - first) }, (_, index) => first + index);
      const answer = await invoke('sqs', { Records: numbers.map(toRecord) });
      if (JSON.stringify(answer) !== '{"batchItemFailures":[]}') throw new Error(JSON.stringify(answer));
    }
  };
  await Promise.all(Array.from({ length: triggers }, send));
}

function toRecord(number: number) {
  return {
    messageId: `0000${number}`.slice(-5).padStart(36, '0'),
    receiptHandle: 'not-used-here',
    body: JSON.stringify({ number }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(startedAt),
      SenderId: 'burst',
      ApproximateFirstReceiveTimestamp: String(startedAt),
    },
    messageAttributes: {},
    md5OfBody: 'not-used-here',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'eu-west-1',
  };
}

async function waitForEnd({ ledger, invokeAs, services: { ecs } }: Cloud): Promise<boolean> {
  let lastSaid = Date.now();
  while (Date.now() - startedAt < mostSeconds * 1000) {
    if (Date.now() - lastSaid > 15_000) {
      lastSaid = Date.now();
      say(`  ${since(startedAt)} s: ${ecs.tasks.length} tasks`);
    }
    await sleep(2000);
    if (ecs.tasks.length < records) continue;
    await sweep({ invokeAs });
    const { runs } = await ledger.list({
      statuses: ['collecting', 'queued', 'starting', 'running', 'waiting', 'stopping'],
      limit: 1,
    });
    if (runs.length === 0) return true;
  }
  return false;
}

async function listAll({ ledger }: Cloud): Promise<Run[]> {
  const runs: Run[] = [];
  let after: string | undefined;
  do {
    const page = await ledger.list({ limit: 1000, ...(after === undefined ? {} : { after }) });
    runs.push(...page.runs);
    after = page.next;
  } while (after !== undefined);
  return runs.filter((run) => isFinished(run) || run.status !== 'collecting');
}

function since(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(0);
}
