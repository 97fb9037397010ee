import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { bundleFunctions } from '../../shared/deploy/package/bundle.ts';
import { compileJobs } from '../../shared/jobs/compiled.ts';
import type { Deployment } from '../../shared/jobs/deployment.ts';
import { toRunnableFile } from '../../shared/jobs/runnable.ts';
import type { JobsFile } from '../../shared/jobs/schema/file.ts';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { createS3PayloadStore } from '../../shared/payloads/s3.ts';
import type { Ledger } from '../../shared/runs/ledger.ts';
import { region } from '../stand-in/core.ts';
import { type StandIn, startStandIn } from '../stand-in/stand-in.ts';
import { openTable } from '../support/dynamo.ts';
import { createBucket, createQueue, openFauxqs } from '../support/fauxqs.ts';
import { type Answered, type LambdaFunction, loadLambda } from '../support/lambda.ts';
import { pollQueue } from './queue.ts';
import type { Services } from './services.ts';

/** Functions live no longer, should nobody close the cloud. */
const mostMs = 1_200_000;

/** Each has a wake queue of its own. */
const targetNames = ['fargate', 'codebuild', 'batch', 'state-machine'];

export type CloudOptions = {
  readonly file: JobsFile;
  readonly deployment: Deployment;
  /** What stands for ECS, CodeBuild, Step Functions and Batch, given how to read an object of S3. */
  readonly createServices: (
    readObject: (arn: string) => Promise<string>,
    variables: () => Readonly<Record<string, string>>,
  ) => Services;
  /** How many of functions/wake work at once. */
  readonly lines?: number;
  /** What goes wrong between the parts; nothing, if left out. */
  readonly trouble?: Trouble;
};

/** What may go wrong between the parts of a cloud. */
export type Trouble = {
  /** Where functions reach a service that listens there: a proxy's URL. */
  readonly reach: (endpoint: string) => Promise<string>;
  /** Hands on a service's event by calling the function that is told of it, which throws when that failed. */
  readonly carry: (event: unknown, tell: (instance: string) => Promise<unknown>) => Promise<void>;
  /** The URL of what each function's process imports first. */
  readonly preload: string;
  /** Sees each invocation of a function's process, from when that is ready to its end. */
  readonly watch: (instance: string, invocation: Promise<unknown>) => void;
  /** Hears of a batch of wake-ups that failed. */
  readonly fail: (error: unknown) => void;
};

/** Everything that a deployed stack has, on this machine: bundled functions, stand-ins, and what calls whom. */
export type Cloud = {
  readonly standIn: StandIn;
  readonly services: Services;
  /** Seen from outside, by this process. */
  readonly ledger: Ledger;
  /** Calls a bundled function as Lambda does. */
  readonly invoke: (name: string, payload: unknown) => Promise<unknown>;
  /** The same in a process of its own, which lives on with what it remembers. */
  readonly invokeAs: (
    instance: string,
    name: string,
    payload: unknown,
    remainingMs?: number,
  ) => Promise<unknown>;
  /** Ends one of them in the middle of whatever it does; the next call is another process's. */
  readonly kill: (instance: string) => Promise<void>;
  /** Every line that a function has logged at level WARN or ERROR. */
  readonly close: () => Promise<readonly string[]>;
};

/** Starts all of it. Whoever starts it closes it. */
export async function startCloud({
  file,
  deployment,
  createServices,
  lines = 2,
  trouble,
}: CloudOptions): Promise<Cloud> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-cloud-'));
  const [table, fauxqs] = await Promise.all([openTable(), openFauxqs()]);
  const bucket = await createBucket(fauxqs, 'signalbox-payloads');
  const queueUrls = await Promise.all(
    targetNames.map((target) => createQueue(fauxqs, `signalbox-wake-${target}`)),
  );
  const readObject = async (arn: string) => {
    const [, name = '', key = ''] = /^arn:aws:s3:::([^/]+)\/(.+)$/.exec(arn) ?? [];
    const { Body } = await fauxqs.s3.send(new GetObjectCommand({ Bucket: name, Key: key }));
    return (await Body?.transformToString()) ?? '';
  };
  const credentials = {
    AWS_ACCESS_KEY_ID: 'stand-in',
    AWS_SECRET_ACCESS_KEY: 'stand-in',
    AWS_REGION: region,
  };
  // What a container's role and region are in AWS.
  const services = createServices(readObject, () => ({
    ...credentials,
    AWS_ENDPOINT_URL_S3: fauxqs.endpoint,
  }));
  const standIn = await startStandIn(...services.create);
  const reach = trouble?.reach ?? (async (endpoint: string) => endpoint);
  const [dynamoUrl, fauxqsUrl, standInUrl] = await Promise.all(
    [table.endpoint, fauxqs.endpoint, standIn.url].map(reach),
  );
  const variables = {
    ...credentials,
    SIGNALBOX_JOBS: write('jobs.json', compileJobs(toRunnableFile(file))),
    SIGNALBOX_DEPLOYMENT: write('deployment.json', JSON.stringify(deployment)),
    SIGNALBOX_LEDGER: `dynamodb://${table.table}`,
    SIGNALBOX_PAYLOADS: `s3://${bucket}`,
    SIGNALBOX_WAKE_QUEUE: `${fauxqsUrl}/000000000000/signalbox-wake-{target}`,
    AWS_ENDPOINT_URL_DYNAMODB: `${dynamoUrl}`,
    AWS_ENDPOINT_URL_S3: `${fauxqsUrl}`,
    AWS_ENDPOINT_URL_SQS: `${fauxqsUrl}`,
    AWS_ENDPOINT_URL: `${standInUrl}`,
  };
  await bundleFunctions(join(folder, 'functions'));
  const loaded = new Map<string, Promise<LambdaFunction>>();
  const retries = new AbortController();
  const polling = queueUrls.map((queueUrl) =>
    pollQueue({
      sqs: fauxqs.sqs,
      queueUrl,
      lines,
      follow: (line, batch) => invokeAs(`wake ${line}`, 'wake', batch),
      ...(trouble && { fail: trouble.fail }),
    }),
  );
  const carry = trouble?.carry ?? tellUntilHeard;
  standIn.core.listen((event) => void carry(event, (instance) => invokeAs(instance, 'state-change', event)));
  const payloads = createS3PayloadStore({ s3: async () => fauxqs.s3, bucket });
  const ledger = createDynamoLedger({
    client: table.client,
    table: table.table,
    payloads,
    now: Date.now,
  });

  return {
    standIn,
    services,
    ledger,
    invoke: (name, payload) => invokeAs(name, name, payload),
    invokeAs,
    async kill(instance) {
      const known = loaded.get(instance);
      loaded.delete(instance);
      (await known)?.kill();
    },
    async close() {
      retries.abort();
      await Promise.all(polling.map(({ stop }) => stop()));
      const functions = await Promise.all(loaded.values());
      const logs = await Promise.all(functions.map((each) => each.end()));
      await standIn.close();
      await Promise.all([table.stop(), fauxqs.stop()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      return logs.flat().filter((line) => /"level":"(?:WARN|ERROR)"/.test(line) || !line.startsWith('{'));
    },
  };

  function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** `instance`: functions of one name run beside each other, each with what it remembers. */
  async function invokeAs(
    instance: string,
    name: string,
    payload: unknown,
    remainingMs?: number,
  ): Promise<unknown> {
    const bundle = join(folder, 'functions', `${name}.cjs`);
    const known = loaded.get(instance) ?? loadLambda(bundle, variables, mostMs, trouble?.preload);
    loaded.set(instance, known);
    const answered = await call(known).catch((error: unknown) => {
      // It has ended: the next call is another process's.
      if (loaded.get(instance) === known) loaded.delete(instance);
      throw error;
    });
    if ('error' in answered) throw new Error(`${name}: ${answered.error.message}`);
    return answered.answer;

    async function call(loading: Promise<LambdaFunction>): Promise<Answered> {
      const invocation = (await loading).invoke(payload, crypto.randomUUID(), remainingMs);
      trouble?.watch(instance, invocation);
      return invocation;
    }
  }

  /** As Lambda does with what it was given asynchronously: twice more after an error, if sooner. */
  async function tellUntilHeard(_: unknown, tell: (instance: string) => Promise<unknown>): Promise<void> {
    for (let tries = 0; tries < 3 && !retries.signal.aborted; tries++) {
      try {
        await tell('state-change');
        return;
      } catch {
        // It comes again.
      }
    }
  }
}
