import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import { text } from 'node:stream/consumers';
import type { AwsCredentials } from '../aws/client-options.ts';

const program = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** How it ended, and what it wrote if that was not passed on. */
export type FrameworkEnd = { readonly isDone: boolean; readonly output: string };

/** Where it deploys, and as whom. */
export type FrameworkPlace = { readonly region: string; readonly credentials: AwsCredentials };

type Variables = Readonly<Record<string, string | undefined>>;

/** Says to the SDK who somebody is, or where to learn it; to the Serverless Framework also AWS_<STAGE>_PROFILE and so on. */
const identity =
  /^AWS_((\w+_)?(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE)|(DEFAULT_)?REGION|ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE|CONTAINER_\w+)$/;

/**
 * The environment of the Serverless Framework, which looks for credentials in an order of its own: those that were found
 * before are all that it finds. Without a place it has none.
 * https://github.com/oss-serverless/osls/blob/main/lib/aws/credentials.js
 */
export function toFrameworkEnvironment(variables: Variables, place?: FrameworkPlace): Variables {
  const kept = Object.entries(variables).filter(([name]) => !identity.test(name));
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(place && {
      AWS_REGION: place.region,
      AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
      ...(place.credentials.sessionToken && { AWS_SESSION_TOKEN: place.credentials.sessionToken }),
    }),
  };
}

/**
 * Runs the Serverless Framework in a folder that `writePackage` has made. What it writes goes to stderr where a person
 * reads it: a deploy takes minutes and shows how far it is. It ends with this process, however long that takes.
 */
export async function runFramework(
  folder: string,
  words: readonly string[],
  shown: 'passed on' | 'kept',
  place?: FrameworkPlace,
): Promise<FrameworkEnd> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: toFrameworkEnvironment(process.env, place),
    stdio: shown === 'kept' ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
  });
  const stop = (signal: NodeJS.Signals) => void child.kill(signal);
  process.once('SIGTERM', stop);
  process.once('SIGHUP', stop);
  try {
    const ended = once(child, 'exit');
    const kept = [child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream)));
    const [[code], ...output] = await Promise.all([ended, ...kept]);
    return { isDone: code === 0, output: output.join('') };
  } finally {
    process.off('SIGTERM', stop);
    process.off('SIGHUP', stop);
  }
}
