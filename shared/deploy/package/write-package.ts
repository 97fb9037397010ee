import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Metafile } from 'esbuild';
import type { JobsFile } from '../../jobs/schema/file.ts';
import { toLogicalId } from '../cloudformation/logical-id.ts';
import { getAtt } from '../cloudformation/value.ts';
import { type Stage, toFunctionName } from '../names.ts';
import { toTemplates } from '../nested/limits.ts';
import type { Other } from '../nested/split.ts';
import { type FunctionName, toFunctionId } from '../stack/function-name.ts';
import type { FunctionDeclaration } from '../stack/functions.ts';
import type { Stack } from '../stack/stack.ts';
import { StackError } from '../stack/stack-error.ts';
import { bundleFunctions } from './bundle.ts';
import { type FrameworkStack, toNestedStacks, toUploadKey } from './framework-stack.ts';
import { toFunctionZip } from './function-zip.ts';
import { replaceFiles } from './package-files.ts';
import { toSdkClients } from './sdk-clients.ts';
import { toServiceFiles } from './service-files.ts';

/** What the functions were bundled to. */
export type Bundles = { readonly folder: string; readonly metafile: Metafile };

export type FunctionZip = { readonly name: FunctionName; readonly path: string; readonly bytes: number };

export type NestedSize = { readonly id: string; readonly resources: number; readonly bytes: number };

/** What lies in the folder of a package. */
export type Package = {
  readonly folder: string;
  readonly zips: readonly FunctionZip[];
  readonly nested: readonly NestedSize[];
};

/** Bundles the functions for a while: they are in the zips of a package afterwards. */
export async function withBundles<T>(work: (bundles: Bundles) => T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-package-'));
  try {
    return work({ folder, metafile: await bundleFunctions(folder) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Writes what the Serverless Framework deploys of a stack into a folder, which holds nothing else afterwards: a zip for
 * each function, stack.json, templates of nested stacks, lines.json, and serverless.yml. The same stack gives the same
 * bytes. Throws StackError when the stack is too big.
 */
export function writePackage(
  folder: string,
  { file, stage, stack, bundles }: { file: JobsFile; stage: Stage; stack: Stack; bundles: Bundles },
): Package {
  refuseTaken(stack);
  const functions = stack.functions.map((each) => [
    toFunctionId(each.name),
    toFrameworkFunction(stage, each),
  ]);
  const split = toTemplates(
    file,
    {
      resources: stack.resources,
      outputs: stack.outputs,
      owners: stack.owners,
      others: Object.fromEntries(functions),
    },
    (content) => toUploadKey(stage, content),
  );
  const nested = toNestedStacks(stage, split.nested);
  const definitions = Object.entries(split.definitions).map(([key, content]) => ({
    key,
    path: join('definitions', basename(key)),
    content,
  }));
  const framework: FrameworkStack = {
    ...stage,
    functions: Object.fromEntries(
      stack.functions.map(({ name, key }) => [key, toDeclaration(split.others[toFunctionId(name)])]),
    ),
    resources: { Resources: { ...split.resources, ...nested.resources }, Outputs: split.outputs },
    templates: [...nested.templates, ...definitions.map(({ key, path }) => ({ key, file: path }))],
  };
  const zips = stack.functions.map(({ name }) => ({
    name,
    path: toZipPath(name),
    content: toZip(name, file, stack, bundles),
  }));
  replaceFiles(folder, [
    { path: 'stack.json', content: toJson(framework) },
    { path: 'lines.json', content: toJson(stack.lines) },
    ...toServiceFiles(),
    ...nested.files,
    ...definitions,
    ...zips,
  ]);
  return {
    folder,
    zips: zips.map(({ name, path, content }) => ({ name, path, bytes: content.length })),
    nested: Object.entries(split.nested).map(([id, { template }]) => ({
      id,
      resources: Object.keys(template.Resources).length,
      bytes: Buffer.byteLength(JSON.stringify(template)),
    })),
  };
}

/** Ids that the Serverless Framework gives to what it makes: it would mix both resources into one. */
function refuseTaken({ functions, resources, lines }: Stack): void {
  const made = functions.flatMap(({ name }) => [toFunctionId(name), `${toLogicalId(name)}LogGroup`]);
  const problems = [...made, 'ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy']
    .filter((id) => Object.hasOwn(resources, id))
    .map((id) => ({
      ...(lines[id] !== undefined && { line: lines[id] }),
      message: `CloudFormation would know it as ${id}, which the stack itself has already; expected another name`,
    }));
  if (problems.length > 0) throw new StackError(problems);
}

/** As serverless.yml declares one. https://github.com/oss-serverless/osls/blob/main/docs/guides/functions.md */
function toFrameworkFunction(
  stage: Stage,
  {
    name,
    description,
    handler,
    memorySize,
    timeout,
    recursiveLoop,
    environment,
    roleId,
    dependsOn,
  }: FunctionDeclaration,
): Other {
  return {
    DependsOn: dependsOn,
    name: toFunctionName(stage, name),
    description,
    handler,
    memorySize,
    timeout,
    ...(recursiveLoop && { recursiveLoop }),
    environment,
    role: getAtt(roleId, 'Arn'),
    // The plugin puts it there.
    package: { artifact: join('.serverless', `${name}.zip`) },
  };
}

/** Which writes one word of it in another way than CloudFormation. */
function toDeclaration({ DependsOn: dependsOn, ...function_ }: Other = {}): unknown {
  return { ...function_, dependsOn };
}

function toZipPath(name: FunctionName): string {
  return join('functions', `${name}.zip`);
}

/** Its code, the SDK's clients that it loads, and what it reads when it starts. */
function toZip(
  name: FunctionName,
  file: JobsFile,
  { files }: Stack,
  { folder, metafile }: Bundles,
): Uint8Array {
  const own = Object.entries(metafile.outputs).find(([path]) => basename(path) === `${name}.cjs`);
  const named = new Set(
    (own?.[1].imports ?? [])
      .filter(({ path, external }) => external === true && path.startsWith('./'))
      .map(({ path }) => basename(path, '.cjs')),
  );
  const code = [name, ...toSdkClients(name, [...named], file)].map((each) => `${each}.cjs`);
  return toFunctionZip({
    ...Object.fromEntries(code.map((each) => [each, readFileSync(join(folder, each))])),
    'jobs.json': Buffer.from(files.jobs),
    'deployment.json': Buffer.from(files.deployment),
  });
}

function toJson(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}
