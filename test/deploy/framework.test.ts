import { createRequire } from 'node:module';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toFrameworkEnvironment } from '../../shared/deploy/framework.ts';

/** The Serverless Framework's own: the first that it finds in an order of its own. */
const { getAwsSdkV3CredentialsProvider } = createRequire(import.meta.url)(
  'serverless/lib/aws/credentials.js',
);
const provider = { getStage: () => 'prod', options: {}, serverless: { service: { provider: {} } } };
const credentials = { accessKeyId: 'AKIDFOUND', secretAccessKey: 'secret', sessionToken: 'session' };
const place = { region: 'eu-west-1', credentials };

afterEach(() => void vi.unstubAllEnvs());

/** What it finds where these variables were set when the command was given. */
async function find(variables: Readonly<Record<string, string>>, where?: typeof place): Promise<unknown> {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(toFrameworkEnvironment(variables, where)))
    vi.stubEnv(name, value);
  return getAwsSdkV3CredentialsProvider({ provider })();
}

describe('the Serverless Framework deploys with the credentials that were found before, whatever is set', () => {
  test.each([
    { AWS_PROD_PROFILE: 'other' },
    { AWS_PROD_ACCESS_KEY_ID: 'AKIDOTHER', AWS_PROD_SECRET_ACCESS_KEY: 'other' },
    { AWS_PROFILE: 'other' },
    { AWS_DEFAULT_PROFILE: 'other' },
    { AWS_ACCESS_KEY_ID: 'AKIDOTHER', AWS_SECRET_ACCESS_KEY: 'other', AWS_SESSION_TOKEN: 'other' },
    {},
  ])('%j', async (variables) => {
    expect(await find(variables, place)).toEqual(credentials);
  });
});

test('without a session token none of another identity is left', async () => {
  const { accessKeyId, secretAccessKey } = credentials;
  const own = { region: 'eu-west-1', credentials: { accessKeyId, secretAccessKey } };
  expect(toFrameworkEnvironment({ AWS_SESSION_TOKEN: 'other' }, own)).not.toHaveProperty('AWS_SESSION_TOKEN');
});

test('package has no credentials', async () => {
  const variables = { AWS_ACCESS_KEY_ID: 'AKIDOTHER', AWS_SECRET_ACCESS_KEY: 'o', AWS_PROD_PROFILE: 'other' };
  await expect(find(variables)).rejects.toThrow(/Could not load credentials/);
});

test('the Region is the one that was found, and what is no identity stays', () => {
  const variables = {
    PATH: '/bin',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_CA_BUNDLE: '/ca.pem',
    AWS_CONFIG_FILE: '/home/ada/.aws/config',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/credentials',
  };
  expect(toFrameworkEnvironment(variables, place)).toEqual({
    PATH: '/bin',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_CA_BUNDLE: '/ca.pem',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDFOUND',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'session',
  });
});
