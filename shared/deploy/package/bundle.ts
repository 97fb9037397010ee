import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The SDK's clients that are only loaded when they are needed: a function goes with those of its jobs' targets. */
const clients = ['batch', 'codebuild', 'ecs', 'eventbridge', 's3', 'sfn', 'sns', 'sqs'].map(
  (name) => `client-${name}`,
);

const common: BuildOptions = {
  absWorkingDir: root,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  metafile: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  alias: { '@aws-sdk/credential-provider-node': './shared/aws/no-provider-chain.ts' },
};

/** What a dynamic import names lies beside the function in a file of its own. */
const clientsApart: Plugin = {
  name: 'clients-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^@aws-sdk\/client-/ }, ({ kind, path }) => {
      const name = path.slice('@aws-sdk/'.length);
      return kind === 'dynamic-import' && clients.includes(name)
        ? { path: `./${name}.cjs`, external: true }
        : undefined;
    });
  },
};

/**
 * Bundles each of functions/ as Lambda wants it, and the SDK's clients beside them, into a folder. What is in each of
 * them is in the answer.
 */
export async function bundleFunctions(outdir: string): Promise<Metafile> {
  const functions = readdirSync(join(root, 'functions')).filter((name) => name.endsWith('.ts'));
  const [own, sdk] = await Promise.all([
    build({
      ...common,
      outdir,
      entryPoints: functions.map((name) => `functions/${name}`),
      plugins: [clientsApart],
      // With require: a module that is imported dynamically takes Node several times as long to load.
      supported: { 'dynamic-import': false },
    }),
    build({
      ...common,
      outdir,
      entryPoints: clients.map((name) => ({ in: `@aws-sdk/${name}`, out: name })),
    }),
  ]);
  return {
    inputs: { ...own.metafile?.inputs, ...sdk.metafile?.inputs },
    outputs: { ...own.metafile?.outputs, ...sdk.metafile?.outputs },
  };
}
