import { toCloudPlan } from '../jobs/cloud-plan.ts';
import { compileJobs } from '../jobs/compiled.ts';
import type { Deployment } from '../jobs/deployment.ts';
import { toPlaces } from '../jobs/event-places.ts';
import { isReference, toDigestText, toReferenceText, toWritten } from '../jobs/reference.ts';
import { type RunnableFile, toRunnableFile } from '../jobs/runnable.ts';
import type { RunnableEvent } from '../jobs/schema/event.ts';
import type { JobsFile } from '../jobs/schema/file.ts';
import { textsIn } from '../jobs/texts.ts';
import { ref, sub, type Value } from './cloudformation/value.ts';
import { toDigest } from './stack/digest.ts';
import { toValue } from './stack/from-jobs.ts';
import type { FunctionName } from './stack/function-name.ts';
import { toApiId } from './stack/ids.ts';
import { findOwnBucket } from './stack/sources/own-bucket.ts';
import { StackError } from './stack/stack-error.ts';

/** What the functions of a stack read when they start. */
export type BundleFiles = {
  /** jobs.json and deployment.json, with a digest in place of each reference. */
  readonly jobs: string;
  readonly deployment: string;
  /** The variable with the values of those references that a function needs; none when it needs none. */
  toEnvironment(name: FunctionName): Readonly<Record<string, Value>>;
};

/**
 * A reference goes by a digest of its text, not by where it stands: CloudFormation gives a function its new code and its
 * new environment one after the other, and for that while a value must be missing rather than another one's.
 * Throws StackError, of toEnvironment too, for a function that needs more references than its environment can hold.
 */
export function toBundleFiles(file: JobsFile, deployment: Deployment): BundleFiles {
  const references = new Map<string, string>();
  const toShort = (text: string) => {
    if (!isReference(text)) return text;
    const digest = toDigest(text);
    const known = references.get(digest) ?? text;
    if (known !== text) throw toAlikeError(known, text);
    references.set(digest, text);
    return toDigestText(digest);
  };
  const shortFile = mapTexts(withApiIds(toRunnableFile(file)), toShort);
  const shortDeployment = mapTexts(deployment, toShort);
  return {
    jobs: compileJobs(shortFile),
    deployment: JSON.stringify(shortDeployment),
    toEnvironment(name) {
      const texts = toNeededTexts(name, shortFile, shortDeployment);
      const values = [...references]
        .filter(([digest]) => texts.has(toDigestText(digest)))
        .map(([digest, text]) => [digest, toKnownValue(text, file)] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1));
      return toVariable(name, values, toPseudoParameters(texts));
    },
  };
}

/** One in four thousand million pairs. */
function toAlikeError(one: string, other: string): StackError {
  const message = `${toWritten(one)} and ${toWritten(other)} have the same digest, by which a function would take one for the other; expected another export, parameter or logical id for one of them`;
  return new StackError([{ message }]);
}

/** A bucket that notifies a function is made after it, which can't wait for the bucket's ARN then. */
function toKnownValue(text: string, file: JobsFile): Value {
  return findOwnBucket(text, file)?.notifiedArn ?? toValue(text);
}

/** A request says the id of its API, not its name. */
function withApiIds({ jobs, runsApi, ...others }: RunnableFile): RunnableFile {
  const toId = (name: string) => toReferenceText(ref(toApiId(name)));
  const toEvent = (event: RunnableEvent): RunnableEvent =>
    event.type === 'http-api-gateway'
      ? {
          ...event,
          properties: {
            ...event.properties,
            httpApiGatewayName: toId(event.properties.httpApiGatewayName),
          },
        }
      : event;
  return {
    ...others,
    jobs: jobs.map((job) => ({ ...job, events: job.events.map(toEvent) })),
    ...(runsApi && { runsApi: { httpApiName: toId(runsApi.httpApiName) } }),
  };
}

/** Those that go on with runs have all that they need in the run's plan. */
const planless: readonly FunctionName[] = ['wake', 'sweep'];

/** They take what is for any job: a state change, a replay. */
const ofEveryJob: readonly FunctionName[] = ['manual', 'state-change', 'runs-api'];

/** All texts that a function looks at: where its source's events come from, and the plans of the jobs that it starts. */
function toNeededTexts(
  name: FunctionName,
  { jobs, runsApi }: RunnableFile,
  deployment: Deployment,
): ReadonlySet<string> {
  const events = jobs.flatMap((job) => job.events).filter(({ type }) => type === name);
  const started = jobs.filter(
    (job) => ofEveryJob.includes(name) || job.events.some(({ type }) => type === name),
  );
  const needed = [
    ...events.flatMap(toPlaces),
    ...(name === 'http-api-gateway' ? [runsApi?.httpApiName] : []),
    ...(planless.includes(name) ? [] : started.map((job) => toCloudPlan(job, deployment))),
  ];
  return new Set(textsIn(needed));
}

function toPseudoParameters(texts: ReadonlySet<string>): readonly string[] {
  const found = [...texts].flatMap((text) => [...text.matchAll(/\$\{(AWS::[A-Za-z]+)\}/g)]);
  return [...new Set(found.map(([, name = '']) => name))].toSorted();
}

/**
 * A function's environment has 4 KB, of which its other variables are given 1 KB; an ARN and its digest are taken to have
 * 100 bytes.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const mostReferences = 30;

function toVariable(
  name: FunctionName,
  values: readonly (readonly [string, Value])[],
  pseudoParameters: readonly string[],
): Readonly<Record<string, Value>> {
  if (values.length > mostReferences) {
    const message = `the function ${name} has to be told ${values.length} references, expected at most ${mostReferences}, since its environment holds 4 KB; names in place of ARNs, such as sqsQueueName, need none`;
    throw new StackError([{ message }]);
  }
  const variables = [
    ...values.map(([digest]) => [digest, `R${digest}`]),
    ...pseudoParameters.map((of) => [of, of]),
  ];
  if (variables.length === 0) return {};
  const text = JSON.stringify(Object.fromEntries(variables.map(([key, of]) => [key, `\${${of}}`])));
  const own = Object.fromEntries(values.map(([digest, value]) => [`R${digest}`, value]));
  return { SIGNALBOX_REFERENCES: values.length === 0 ? sub(text) : sub(text, own) };
}

/** The same data with other texts; names of properties stay. */
function mapTexts<T>(data: T, toText: (text: string) => string): T;
function mapTexts(data: unknown, toText: (text: string) => string): unknown {
  if (typeof data === 'string') return toText(data);
  if (Array.isArray(data)) return data.map((entry) => mapTexts(entry, toText));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, mapTexts(value, toText)]));
}
