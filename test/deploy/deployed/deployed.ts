import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { unzipSync } from 'fflate';
import type { Template } from '../../../shared/deploy/cloudformation/template.ts';
import { type Stage, toTableName } from '../../../shared/deploy/names.ts';
import { type Bundles, writePackage } from '../../../shared/deploy/package/write-package.ts';
import { type FunctionName, toFunctionId } from '../../../shared/deploy/stack/function-name.ts';
import { type Stack, toStack } from '../../../shared/deploy/stack/stack.ts';
import { isObject } from '../../../shared/events/json.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';
import type { JobsFile } from '../../../shared/jobs/schema/file.ts';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { createS3PayloadStore } from '../../../shared/payloads/s3.ts';
import type { Ledger } from '../../../shared/runs/ledger.ts';
import type { ServiceEvent } from '../../stand-in/core.ts';
import { type StandIn, startStandIn } from '../../stand-in/stand-in.ts';
import { openTable } from '../../support/dynamo.ts';
import { createBucket, createQueue, openFauxqs } from '../../support/fauxqs.ts';
import { type LambdaFunction, loadLambda } from '../../support/lambda.ts';
import { createResolve, type Resolve } from '../template/resolve.ts';
import { toWholeTemplate } from '../template/whole.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { createServices, type Existing } from './stand-ins.ts';

export type DeployOptions = {
  readonly jobsYml: string;
  readonly bundles: Bundles;
  readonly existing: Existing;
  /** What is there already, by name. */
  readonly queues: readonly string[];
  readonly topics: readonly string[];
};

/** A stack on this machine: functions with what the template gives them, before stand-ins that have what it makes. */
export type Deployed = {
  readonly file: JobsFile;
  readonly stack: Stack;
  readonly stage: Stage;
  readonly template: Template;
  readonly resolve: Resolve;
  /** The roles that a task definition gives its tasks. */
  readonly rolesOf: (taskDefinition: string) => readonly string[];
  readonly tagsOfJob: (jobId: string) => Readonly<Record<string, string>>;
  /** Removes what the ledger's table keeps of a run's event, as the table does by itself in time. */
  readonly expireEvent: (runId: string) => Promise<void>;
  readonly standIn: StandIn;
  readonly services: ReturnType<typeof createServices>;
  readonly recorder: Recorder;
  /** Seen from outside. */
  readonly ledger: Ledger;
  /** What services have told of, in its order. */
  readonly news: readonly ServiceEvent[];
  /** Calls a function as Lambda does. Throws what it throws. */
  readonly invoke: (name: FunctionName, payload: unknown, requestId?: string) => Promise<unknown>;
  /** Ends the function's process: the next call is another's, which remembers nothing. */
  readonly forget: (name: FunctionName) => Promise<void>;
  readonly close: () => Promise<readonly string[]>;
};

const stage = { service: 'iam', stage: 'test' };
/** Functions live no longer. */
const mostMs = 120_000;

export async function deploy({
  jobsYml,
  bundles,
  existing,
  queues,
  topics,
}: DeployOptions): Promise<Deployed> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-deployed-'));
  const file = parseJobs(jobsYml, '/iam/jobs.yml');
  const stack = toStack({ file, stage });
  const { zips } = writePackage(join(folder, 'package'), { file, stage, stack, bundles });
  const template = toWholeTemplate(stack, stage);
  const resolve = createResolve(template.Resources);
  const [table, fauxqs] = await Promise.all([openTable(toTableName(stage)), openFauxqs()]);
  const own = Object.entries(stack.resources);
  const queueNames = own.flatMap(([id, { Type }]) =>
    Type === 'AWS::SQS::Queue' ? [resolve.ref(id).split('/').at(-1) ?? ''] : [],
  );
  await Promise.all([...queueNames, ...queues].map((name) => createQueue(fauxqs, name)));
  const buckets = own.flatMap(([id, { Type }]) => (Type === 'AWS::S3::Bucket' ? [resolve.ref(id)] : []));
  await Promise.all(buckets.map((name) => createBucket(fauxqs, name)));
  await createTopics(fauxqs.endpoint, topics);
  const readObject = async (arn: string) => {
    const [, Bucket = '', Key = ''] = /^arn:aws:s3:::([^/]+)\/(.+)$/.exec(arn) ?? [];
    const { Body } = await fauxqs.s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  };
  const services = createServices(stack.resources, resolve, existing, readObject);
  const standIn = await startStandIn(...services.create);
  const { url } = standIn;
  const recorder = await startRecorder({
    dynamodb: table.endpoint,
    s3: fauxqs.endpoint,
    sqs: fauxqs.endpoint,
    sns: fauxqs.endpoint,
    batch: url,
    codebuild: url,
    ecs: url,
    events: url,
    states: url,
  });
  const news: ServiceEvent[] = [];
  standIn.core.listen((event) => void news.push(event));
  const loaded = new Map<FunctionName, Promise<LambdaFunction>>();
  const logs: string[] = [];
  const payloads = createS3PayloadStore({ s3: async () => fauxqs.s3, bucket: buckets[0] ?? '' });
  const ledger = createDynamoLedger({ client: table.client, table: table.table, payloads, now: Date.now });

  return {
    file,
    stack,
    stage,
    template,
    resolve,
    rolesOf,
    tagsOfJob: (jobId) => services.batch.jobs().find(({ id }) => id === jobId)?.tags ?? {},
    async expireEvent(runId) {
      const Key = { pk: { S: `event#${runId}` }, sk: { S: 'event' } };
      await table.client.send(new DeleteItemCommand({ TableName: table.table, Key }));
    },
    standIn,
    services,
    recorder,
    ledger,
    news,
    async invoke(name, payload, requestId = crypto.randomUUID()) {
      const known = loaded.get(name) ?? load(name);
      loaded.set(name, known);
      const seconds = Number(resolve.properties(toFunctionId(name))['Timeout']);
      const answered = await (await known).invoke(payload, requestId, seconds * 1000);
      if ('error' in answered) throw new Error(`${name}: ${answered.error.name}: ${answered.error.message}`);
      return answered.answer;
    },
    forget,
    async close() {
      await Promise.all([...loaded.keys()].map(forget));
      await recorder.close();
      await standIn.close();
      await Promise.all([table.stop(), fauxqs.stop()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      return logs;
    },
  };

  function rolesOf(taskDefinition: string): readonly string[] {
    const family = taskDefinition.replace(/^.*task-definition\//, '').replace(/:\d+$/, '');
    const ids = Object.entries(stack.resources).flatMap(([id, { Type }]) =>
      Type === 'AWS::ECS::TaskDefinition' ? [id] : [],
    );
    const own = ids.map(resolve.properties).find(({ Family }) => Family === family);
    return [own?.['TaskRoleArn'], own?.['ExecutionRoleArn']].flatMap((arn) =>
      typeof arn === 'string' ? [arn] : [],
    );
  }

  async function forget(name: FunctionName): Promise<void> {
    const known = loaded.get(name);
    loaded.delete(name);
    logs.push(...((await (await known)?.end()) ?? []));
  }

  /** As its environment in the template says, but that AWS is on this machine. */
  function load(name: FunctionName): Promise<LambdaFunction> {
    const { Environment, Handler } = resolve.properties(toFunctionId(name));
    const at = unzip(name);
    const variables = Object.fromEntries(
      Object.entries(toObject(toObject(Environment)['Variables'])).map(([variable, value]) => [
        variable,
        String(value)
          .replace('/var/task/', `${at}/`)
          .replace('https://sqs.eu-west-1.amazonaws.com', recorder.url),
      ]),
    );
    return loadLambda(
      join(at, `${String(Handler).split('.')[0]}.cjs`),
      {
        ...variables,
        AWS_REGION: 'eu-west-1',
        // Whose calls they are.
        AWS_ACCESS_KEY_ID: name,
        AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-tests',
        AWS_ENDPOINT_URL: recorder.url,
      },
      mostMs,
    );
  }

  /** Gives the folder, which has what is in the function's zip, and nothing else. */
  function unzip(name: FunctionName): string {
    const at = join(folder, 'functions', name);
    mkdirSync(at, { recursive: true });
    const path = zips.find((each) => each.name === name)?.path ?? '';
    const files = Object.entries(unzipSync(readFileSync(join(folder, 'package', path))));
    for (const [each, content] of files) writeFileSync(join(at, each), content);
    return at;
  }
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

async function createTopics(endpoint: string, topics: readonly string[]): Promise<void> {
  const sns = new SNSClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const Name of topics) await sns.send(new CreateTopicCommand({ Name }));
  sns.destroy();
}
