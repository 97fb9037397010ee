import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type SourceName, sourceNames } from '../../shared/events/trigger-event.ts';
import { createBundles } from '../support/bundles.ts';

const functions = fileURLToPath(new URL('../../functions', import.meta.url));

/** The file of shared/jobs/rules that each has. */
const rules: Readonly<Record<SourceName, string>> = {
  'http-api-gateway': 'http.ts',
  'application-load-balancer': 'load-balancer.ts',
  sqs: 'queue.ts',
  sns: 'topic.ts',
  'event-bus': 'bus.ts',
  schedule: 'schedule.ts',
  s3: 'bucket.ts',
  'kinesis-stream': 'stream.ts',
  'dynamo-db-stream': 'stream.ts',
  'cloudwatch-log': 'log-group.ts',
  manual: 'manual.ts',
};

/** What has to be sought in a bundle that must not hold it. */
const ownFiles = {
  'shared/sources': sourceNames.map((source) => `${source}.ts`),
  'shared/jobs/rules': [...new Set(Object.values(rules)), 'every-source.ts'],
};

/** The functions that go on with runs, whatever they came from. */
const lines = ['state-change', 'sweep', 'wake'];

const all = [...sourceNames, ...lines, 'runs-api'];

/** The SDK's clients that are loaded when they are needed. */
const clients = ['batch', 'codebuild', 'ecs', 'eventbridge', 's3', 'sfn', 'sns', 'sqs'].map(
  (name) => `client-${name}`,
);

const bundles = createBundles();

it('there is a function for each source, for what goes on with runs and for the runs API, of some ten lines', () => {
  const files = readdirSync(functions);
  expect(files.toSorted()).toEqual(all.map((name) => `${name}.ts`).toSorted());
  for (const file of files) {
    const { length } = readFileSync(join(functions, file), 'utf8').trimEnd().split('\n');
    expect(length, file).toBeLessThanOrEqual(16);
  }
});

it('each function has one bundle, and each client of the SDK that not all of them need has one beside it', () => {
  const names = Object.keys(bundles.metafile().outputs).map((path) => basename(path));
  const expected = [...all, ...clients].map((name) => `${name}.cjs`);
  expect(names.toSorted()).toEqual(expected.toSorted());
});

it.each(clients)('%s leaves out the chain of credential providers, which Lambda does not need', (name) => {
  const packages = new Set(inputsOf(name).flatMap((path) => toPackage(path) ?? []));
  expect([...packages].filter((each) => /credential|token-providers|sso/.test(each))).toEqual([]);
  expect(outputOf(name).bytes).toBeLessThan(400 * 1024);
});

it.each(lines)('%s holds no source, no rules, no schemas and no YAML', (name) => {
  const packages = new Set(inputsOf(name).flatMap((path) => toPackage(path) ?? []));
  expect([...packages].filter((each) => /zod|yaml|middy|hono|commander/.test(each))).toEqual([]);
  expect(heldOf(name, 'shared/jobs/rules')).toEqual([]);
});

it('runs-api holds no source, no rules, no schemas and no YAML, and Hono without a server', () => {
  const packages = new Set(inputsOf('runs-api').flatMap((path) => toPackage(path) ?? []));
  expect([...packages].filter((each) => /zod|yaml|middy|hono|commander/.test(each))).toEqual(['hono']);
  expect(heldOf('runs-api', 'shared/sources')).toEqual([]);
  expect(heldOf('runs-api', 'shared/jobs/rules')).toEqual([]);
  expect(outputOf('runs-api').bytes).toBeLessThan(400 * 1024);
});

describe.each(sourceNames)('the bundle of %s', (source) => {
  it('holds its own source and rules, and no others', () => {
    expect(heldOf(source, 'shared/sources')).toEqual([`${source}.ts`]);
    expect(heldOf(source, 'shared/jobs/rules')).toEqual([rules[source]]);
  });

  it('holds no package but these two and DynamoDB’s client: no schemas, no YAML, no server', () => {
    const packages = new Set(inputsOf(source).flatMap((path) => toPackage(path) ?? []));
    const ofClient = /^@(?:aws-sdk|smithy|aws)\/|^(?:mnemonist|obliterator)$/;
    const others = [...packages].filter((name) => !ofClient.test(name));
    for (const name of others) expect(['@middy/core', 'fastest-levenshtein']).toContain(name);
    expect(packages).toContain('@middy/core');
    expect([...packages].filter((name) => /^@aws-sdk\/client-/.test(name))).toEqual([
      '@aws-sdk/client-dynamodb',
    ]);
  });

  it('needs nothing that Lambda does not have', () => {
    const needed = outputOf(source).imports.filter(({ external }) => external);
    const foreign = needed.map(({ path }) => path).filter((path) => !isBuiltin(path));
    expect([...new Set(foreign)].toSorted()).toEqual(clients.map((name) => `./${name}.cjs`));
    expect(needed.map(({ path }) => path)).toContain('node:sqlite');
  });

  it('is CommonJS with a handler, and smaller than 400 KiB', () => {
    expect(readFileSync(bundles.pathOf(source), 'utf8')).toMatch(
      /module\.exports=[\s\S]*module\.exports=\{handler\}/,
    );
    expect(outputOf(source).bytes).toBeLessThan(400 * 1024);
  });
});

function outputOf(source: string) {
  const found = Object.entries(bundles.metafile().outputs).find(
    ([path]) => basename(path) === `${source}.cjs`,
  );
  if (found === undefined) throw new Error(`${source} has no bundle`);
  return found[1];
}

function inputsOf(source: string): readonly string[] {
  return Object.entries(outputOf(source).inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
}

/** Of the files that belong to one function, or to two, those that its bundle has. */
function heldOf(source: string, folder: keyof typeof ownFiles): readonly string[] {
  const inputs = new Set(Object.keys(outputOf(source).inputs));
  return ownFiles[folder].filter((file) => inputs.has(`${folder}/${file}`));
}

/** `@middy/core` of `node_modules/.pnpm/@middy+core@7.9.2/node_modules/@middy/core/index.js` */
function toPackage(path: string): string | undefined {
  return /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
}
