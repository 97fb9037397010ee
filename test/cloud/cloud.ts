import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { bundleFunctions } from '../../scripts/bundle.ts';
import { compileJobs } from '../../shared/jobs/compiled.ts';
import type { Deployment } from '../../shared/jobs/deployment.ts';
import type { JobsFile } from '../../shared/jobs/schema/file.ts';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { createS3PayloadStore } from '../../shared/payloads/s3.ts';
import type { Ledger } from '../../shared/runs/ledger.ts';
import { region } from '../stand-in/core.ts';
import { type StandIn, startStandIn } from '../stand-in/stand-in.ts';
import { openTable } from '../support/dynamo.ts';
import { createBucket, createQueue, openFauxqs } from '../support/fauxqs.ts';
import { type LambdaFunction, loadLambda } from '../support/lambda.ts';
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
};

/** Everything that a deployed stack has, on this machine: bundled functions, stand-ins, and what calls whom. */
export type Cloud = {
  readonly standIn: StandIn;
  readonly services: Services;
  /** Seen from outside, by this process. */
  readonly ledger: Ledger;
  /** Calls a bundled function as Lambda does. */
  readonly invoke: (name: string, payload: unknown) => Promise<unknown>;
  /** Every line that a function has logged at level WARN or ERROR. */
  readonly close: () => Promise<readonly string[]>;
};

/** Starts all of it. Whoever starts it closes it. */
export async function startCloud({
  file,
  deployment,
  createServices,
  lines = 2,
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
  const variables = {
    ...credentials,
    SIGNALBOX_JOBS: write('jobs.json', compileJobs(file)),
    SIGNALBOX_DEPLOYMENT: write('deployment.json', JSON.stringify(deployment)),
    SIGNALBOX_LEDGER: `dynamodb://${table.table}`,
    SIGNALBOX_PAYLOADS: `s3://${bucket}`,
    SIGNALBOX_WAKE_QUEUE: `${fauxqs.endpoint}/000000000000/signalbox-wake-{target}`,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_S3: fauxqs.endpoint,
    AWS_ENDPOINT_URL_SQS: fauxqs.endpoint,
    AWS_ENDPOINT_URL: standIn.url,
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
    }),
  );
  standIn.core.listen((event) => void tellUntilHeard(event));
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
  async function invokeAs(instance: string, name: string, payload: unknown): Promise<unknown> {
    const known =
      loaded.get(instance) ?? loadLambda(join(folder, 'functions', `${name}.cjs`), variables, mostMs);
    loaded.set(instance, known);
    const answered = await (await known).invoke(payload, crypto.randomUUID());
    if ('error' in answered) throw new Error(`${name}: ${answered.error.message}`);
    return answered.answer;
  }

  /** As Lambda does with what it was given asynchronously: twice more after an error, if sooner. */
  async function tellUntilHeard(event: unknown): Promise<void> {
    for (let tries = 0; tries < 3 && !retries.signal.aborted; tries++) {
      try {
        await invokeAs('state-change', 'state-change', event);
        return;
      } catch {
        // It comes again.
      }
    }
  }
}
