import { fileURLToPath } from 'node:url';
import type { AwsCredentials } from '../aws/client-options.ts';
import { parseJson } from '../events/json.ts';
import type { ReferenceValues } from '../jobs/fill-in.ts';
import { toMessage } from '../to-message.ts';

/** What a function is told by its environment. */
export type LambdaEnvironment = {
  /** The file with the compiled jobs.yml. */
  readonly jobsPath: string;
  /** Of several deploys of one jobs.yml in an account. */
  readonly stage?: string;
  readonly stores: FileStores | CloudStores;
  /** What references in those files stand for; left out when there are none. */
  readonly references?: ReferenceValues;
};

/** On a disk: runs are only recorded, for whoever has the same disk. */
export type FileStores = {
  readonly kind: 'file';
  readonly ledgerPath: string;
  readonly payloadsPath: string;
};

export type CloudStores = {
  readonly kind: 'cloud';
  /** The name of the DynamoDB table. */
  readonly table: string;
  /** Without it, events that are too big for their target are refused. */
  readonly payloads?: { readonly bucket: string; readonly prefix: string; readonly keyArn?: string };
  readonly wakeQueueUrl: string;
  /** The file with what jobs.yml was deployed as. */
  readonly deploymentPath: string;
  /** Name or ARN of the bus that hears of runs; without it, none does. */
  readonly eventBus?: string;
  /** Lambda's own; left out where it sets none. */
  readonly region?: string;
  readonly credentials?: AwsCredentials;
};

const expected = {
  SIGNALBOX_JOBS: 'the path of the compiled jobs.yml, such as /var/task/jobs.json',
  SIGNALBOX_LEDGER:
    'the URL of the ledger, such as dynamodb://signalbox-runs or file:///mnt/signalbox/ledger.db',
  SIGNALBOX_PAYLOADS: 'the URL of the payload store, such as s3://bucket or file:///mnt/signalbox/payloads',
  SIGNALBOX_WAKE_QUEUE:
    'the URL of the wake queue, {target} in it for one of each target, such as https://sqs.eu-west-1.amazonaws.com/123456789012/wake-{target}',
  SIGNALBOX_DEPLOYMENT: 'the path of the deployment, such as /var/task/deployment.json',
  SIGNALBOX_STAGE: 'the name of a stage, 1 to 16 of a-z and 0-9 that start with a letter, such as prod',
  SIGNALBOX_REFERENCES:
    'a JSON object of texts, such as {"3fa9c1d2":"arn:aws:sqs:eu-west-1:123456789012:orders"}',
  SIGNALBOX_EVENT_BUS: 'the name or the ARN of an event bus, such as default',
} as const;

type Variable = keyof typeof expected;

type Variables = Readonly<Record<string, string | undefined>>;

/** The function is not set up right; `message` names every variable, what it is and what was expected. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(problems: string, options?: ErrorOptions) {
    super(`the function is not set up: ${problems}`, options);
  }
}

/** Throws EnvironmentError with all that is wrong. URLs are not shown: those of other stores may hold a password. */
export function parseLambdaEnvironment(variables: Variables): LambdaEnvironment {
  const problems: string[] = [];
  const jobsPath = readText('SIGNALBOX_JOBS');
  const ledger = readUrl('SIGNALBOX_LEDGER', ['dynamodb:', 'file:']);
  const stores = ledger?.protocol === 'dynamodb:' ? readCloud(ledger) : readFiles(ledger);
  const stage = readStage();
  const references = readReferences();
  if (problems.length > 0) throw new EnvironmentError(problems.join('; '));
  return { jobsPath, ...(stage !== '' && { stage }), stores, ...(references && { references }) };

  function readFiles(ledger: URL | undefined): FileStores {
    const payloads = readUrl('SIGNALBOX_PAYLOADS', ['file:']);
    const toPath = (url: URL | undefined) => (url === undefined ? '' : fileURLToPath(url));
    return { kind: 'file', ledgerPath: toPath(ledger), payloadsPath: toPath(payloads) };
  }

  function readCloud({ hostname }: URL): CloudStores {
    const hasPayloads = textOf('SIGNALBOX_PAYLOADS') !== '';
    const payloads = hasPayloads ? readUrl('SIGNALBOX_PAYLOADS', ['s3:']) : undefined;
    const { AWS_REGION: region } = variables;
    const credentials = toCredentials(variables);
    const eventBus = readBus();
    return {
      kind: 'cloud',
      table: hostname,
      ...(payloads && { payloads: toPayloads(payloads) }),
      // As it is written: a URL has its braces escaped.
      wakeQueueUrl: readUrl('SIGNALBOX_WAKE_QUEUE', ['https:', 'http:'])
        ? textOf('SIGNALBOX_WAKE_QUEUE')
        : '',
      deploymentPath: readText('SIGNALBOX_DEPLOYMENT'),
      ...(eventBus !== '' && { eventBus }),
      ...(region !== undefined && { region }),
      ...(credentials && { credentials }),
    };
  }

  function readStage(): string {
    const stage = textOf('SIGNALBOX_STAGE');
    if (stage !== '' && !stageShape.test(stage)) {
      problems.push(`SIGNALBOX_STAGE names no stage, expected ${expected.SIGNALBOX_STAGE}`);
    }
    return stage;
  }

  /** Made by a deploy of values that anybody may have chosen, such as a parameter's. */
  function readReferences(): ReferenceValues | undefined {
    const text = textOf('SIGNALBOX_REFERENCES');
    if (text === '') return undefined;
    const values = parseJson(text);
    if (isTexts(values)) return values;
    problems.push(`SIGNALBOX_REFERENCES is something else, expected ${expected.SIGNALBOX_REFERENCES}`);
    return undefined;
  }

  function readBus(): string {
    const bus = textOf('SIGNALBOX_EVENT_BUS');
    if (bus !== '' && !busShape.test(bus)) {
      problems.push(`SIGNALBOX_EVENT_BUS names no event bus, expected ${expected.SIGNALBOX_EVENT_BUS}`);
    }
    return bus;
  }

  function textOf(name: Variable): string {
    return variables[name]?.trim() ?? '';
  }

  function readText(name: Variable): string {
    const value = textOf(name);
    if (value === '') problems.push(`${name} is missing, expected ${expected[name]}`);
    return value;
  }

  function readUrl(name: Variable, protocols: readonly string[]): URL | undefined {
    const value = readText(name);
    if (value === '') return undefined;
    const url = URL.parse(value);
    if (url !== null && protocols.includes(url.protocol) && namesSomething(url)) return url;
    const found = url === null ? 'no URL' : `a URL (${url.protocol}) that can't be opened here`;
    problems.push(`${name} is ${found}, expected ${expected[name]}`);
    return undefined;
  }
}

function isTexts(value: unknown): value is ReferenceValues {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

/** As a stage may be called that is deployed. */
const stageShape = /^[a-z][a-z0-9]{0,15}$/;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html */
const busShape = /^(?:arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus\/)?[A-Za-z0-9_./-]{1,256}$/;

/** What a variable names is opened. Throws EnvironmentError when it can't be. */
export function openNamed<T>(name: Variable, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new EnvironmentError(`${name}: ${toMessage(cause)}; expected ${expected[name]}`, { cause });
  }
}

/** A file's URL with a host, or with an encoded slash, names no file; a table or a bucket is where a host would be. */
function namesSomething(url: URL): boolean {
  if (url.protocol !== 'file:') return url.hostname !== '';
  try {
    return fileURLToPath(url) !== '';
  } catch {
    return false;
  }
}

/** `?key=<ARN>`: of the KMS key that payloads are encrypted with. */
function toPayloads(url: URL): NonNullable<CloudStores['payloads']> {
  const keyArn = url.searchParams.get('key');
  return { bucket: url.hostname, prefix: toPrefix(url), ...(keyArn !== null && { keyArn }) };
}

function toPrefix({ pathname }: URL): string {
  const path = pathname.replace(/^\/+|\/+$/g, '');
  return path === '' ? '' : `${path}/`;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function toCredentials(variables: Variables): AwsCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = variables;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
