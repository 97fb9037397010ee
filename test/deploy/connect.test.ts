import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect } from '../../shared/deploy/connect.ts';
import { StageError } from '../../shared/deploy/stage-error.ts';
import { makeFolder } from '../support/folder.ts';

/** As on a machine of nobody's: no variables, no files of the AWS CLI, no service that gives credentials. */
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  useFiles('');
});
afterEach(() => void vi.unstubAllEnvs());

it('takes what the environment says, and the Region that it is told', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENV');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', 'eu-north-1');
  expect(await keyOf({})).toEqual(['eu-north-1', 'AKIDENV']);
  expect(await keyOf({ region: 'eu-west-3' })).toEqual(['eu-west-3', 'AKIDENV']);
});

it('takes a profile with its Region, before what the environment says', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENV');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  useFiles(
    '[profile ops]\nregion = eu-central-1\naws_access_key_id = AKIDOPS\naws_secret_access_key = secret\n',
  );
  expect(await keyOf({ profile: 'ops' })).toEqual(['eu-central-1', 'AKIDOPS']);
});

it.each([
  [{}, 'no AWS Region is set: --region names it'],
  [{ region: 'eu-west-1' }, 'there are no AWS credentials: Could not load credentials'],
  [{ region: 'eu-west-1', profile: 'nobody' }, 'there are no AWS credentials for profile nobody'],
])('says what is missing: %j', async (place, message) => {
  const error = await connect(place).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StageError);
  expect(String(error)).toContain(message);
});

it('says which variable is no URL', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'localhost:4566');
  await expect(connect({ region: 'eu-west-1' })).rejects.toThrow(
    'the environment variable AWS_ENDPOINT_URL_DYNAMODB is "localhost:4566", expected a URL such as http',
  );
});

it('says that a profile names a section that is not there', async () => {
  useFiles('[profile ops]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n');
  const error = await connect({ region: 'eu-west-1', profile: 'ops' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StageError);
  expect(String(error)).toContain(
    "the AWS CLI's configuration of profile ops can't be used: does it name an sso_session",
  );
});

it('waits for a program that gives credentials only so long', async () => {
  useFiles('[default]\ncredential_process = sleep 0.5\n');
  await expect(connect({ region: 'eu-west-1' }, 0.05)).rejects.toThrow(
    'no AWS credentials were found within 0.05 s',
  );
});

async function keyOf(place: Parameters<typeof connect>[0]) {
  const { region, dynamoDb, options } = await connect(place);
  dynamoDb.destroy();
  return [region, (await options.credentials?.())?.accessKeyId];
}

/** In a folder that no test had before: the SDK reads each file once. */
function useFiles(config: string): void {
  const folder = makeFolder();
  mkdirSync(join(folder, '.aws'));
  writeFileSync(join(folder, '.aws/config'), config);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, '.aws/config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, '.aws/credentials'));
}
