import { describe, expect, it } from 'vitest';
import { EnvironmentError, openNamed, parseLambdaEnvironment } from '../../shared/lambda/environment.ts';

const variables = {
  SIGNALBOX_JOBS: '/var/task/jobs.json',
  SIGNALBOX_LEDGER: 'file:///mnt/signalbox/ledger.db',
  SIGNALBOX_PAYLOADS: 'file:///mnt/signalbox/payloads',
};

const problemOf = (change: Readonly<Record<string, string | undefined>>): string => {
  try {
    parseLambdaEnvironment({ ...variables, ...change });
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
  }
  throw new Error('it was taken');
};

describe('the environment of a function', () => {
  it('names the jobs, the ledger and the payloads', () => {
    expect(parseLambdaEnvironment(variables)).toEqual({
      jobsPath: '/var/task/jobs.json',
      stores: {
        kind: 'file',
        ledgerPath: '/mnt/signalbox/ledger.db',
        payloadsPath: '/mnt/signalbox/payloads',
      },
    });
  });

  it('may name the stage, which is one of a deploy', () => {
    expect(parseLambdaEnvironment({ ...variables, SIGNALBOX_STAGE: 'prod' }).stage).toBe('prod');
    expect(parseLambdaEnvironment({ ...variables, SIGNALBOX_STAGE: '' })).not.toHaveProperty('stage');
    for (const stage of ['Prod 1', 'prod-eu', '1st'])
      expect(problemOf({ SIGNALBOX_STAGE: stage }), stage).toBe(
        'the function is not set up: SIGNALBOX_STAGE names no stage, expected the name of a stage, 1 to 16 of a-z and 0-9 that start with a letter, such as prod',
      );
  });

  it('may say what references stand for, in a JSON object of texts', () => {
    const given = '{"3fa9c1d2":"arn:aws:sqs:eu-west-1:123456789012:orders","AWS::Region":"eu-west-1"}';
    expect(parseLambdaEnvironment({ ...variables, SIGNALBOX_REFERENCES: given }).references).toEqual({
      '3fa9c1d2': 'arn:aws:sqs:eu-west-1:123456789012:orders',
      'AWS::Region': 'eu-west-1',
    });
    expect(parseLambdaEnvironment({ ...variables, SIGNALBOX_REFERENCES: ' ' })).not.toHaveProperty(
      'references',
    );
    for (const other of ['{', '[]', 'null', '"text"', '7', '{"0":1}', '{"0":"a "quoted" text"}']) {
      expect(problemOf({ SIGNALBOX_REFERENCES: other })).toBe(
        'the function is not set up: SIGNALBOX_REFERENCES is something else, expected a JSON object of texts, such as {"3fa9c1d2":"arn:aws:sqs:eu-west-1:123456789012:orders"}',
      );
    }
  });

  it('may have blanks around a value, and other variables', () => {
    const { jobsPath, stores } = parseLambdaEnvironment({
      ...variables,
      SIGNALBOX_JOBS: ' /var/task/jobs.json\n',
      SIGNALBOX_LEDGER: '\tfile:///mnt/signalbox/ledger.db ',
      AWS_REGION: 'eu-west-1',
    });
    expect(jobsPath).toBe('/var/task/jobs.json');
    expect(stores).toMatchObject({ ledgerPath: '/mnt/signalbox/ledger.db' });
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' \n'],
  ])('has all of them: one that is %s is a mistake', (_what, value) => {
    expect(problemOf({ SIGNALBOX_JOBS: value })).toBe(
      'the function is not set up: SIGNALBOX_JOBS is missing, expected the path of the compiled jobs.yml, such as /var/task/jobs.json',
    );
  });

  it('is told all its mistakes at once', () => {
    expect(
      problemOf({
        SIGNALBOX_JOBS: undefined,
        SIGNALBOX_LEDGER: 'postgres://runs',
        SIGNALBOX_PAYLOADS: 'payloads',
      }),
    ).toBe(
      'the function is not set up: SIGNALBOX_JOBS is missing, expected the path of the compiled jobs.yml, such as /var/task/jobs.json; ' +
        "SIGNALBOX_LEDGER is a URL (postgres:) that can't be opened here, expected the URL of the ledger, such as dynamodb://signalbox-runs or file:///mnt/signalbox/ledger.db; " +
        'SIGNALBOX_PAYLOADS is no URL, expected the URL of the payload store, such as s3://bucket or file:///mnt/signalbox/payloads',
    );
  });

  it.each(['file://server/ledger.db', 'file:///mnt%2Fledger.db', 'https://example.com/ledger.db'])(
    'has URLs of files, not %s',
    (url) => {
      expect(problemOf({ SIGNALBOX_LEDGER: url })).toMatch(
        /SIGNALBOX_LEDGER is a URL \((file|https):\) that/,
      );
    },
  );

  it('is not shown in its mistakes, as it may hold a password', () => {
    expect(problemOf({ SIGNALBOX_LEDGER: 'postgres://user:s3cr3t@example.com' })).not.toContain('s3cr3t');
  });
});

describe('the environment of a function in AWS', () => {
  const cloud = {
    SIGNALBOX_JOBS: '/var/task/jobs.json',
    SIGNALBOX_LEDGER: 'dynamodb://Signalbox_Runs.dev',
    SIGNALBOX_PAYLOADS: 's3://payloads.example/signalbox/dev/?key=arn:aws:kms:eu-west-1:123456789012:key/k-1',
    SIGNALBOX_WAKE_QUEUE: 'https://sqs.eu-west-1.amazonaws.com/123456789012/wake-{target}',
    SIGNALBOX_DEPLOYMENT: '/var/task/deployment.json',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'session',
  };

  it('names the table, the bucket, the queue and the deployment, and has the credentials of Lambda', () => {
    expect(parseLambdaEnvironment(cloud).stores).toEqual({
      kind: 'cloud',
      table: 'Signalbox_Runs.dev',
      payloads: {
        bucket: 'payloads.example',
        prefix: 'signalbox/dev/',
        keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/k-1',
      },
      wakeQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/wake-{target}',
      deploymentPath: '/var/task/deployment.json',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
    });
  });

  it('may be without a bucket, and without credentials', () => {
    const { SIGNALBOX_PAYLOADS: _, AWS_SESSION_TOKEN: __, AWS_SECRET_ACCESS_KEY: ___, ...bare } = cloud;
    const { stores } = parseLambdaEnvironment(bare);
    expect(stores).not.toHaveProperty('payloads');
    expect(stores).not.toHaveProperty('credentials');
  });

  it.each(['default', 'research/Runs.v2', 'arn:aws:events:eu-west-1:123456789012:event-bus/runs'])(
    'names the event bus that hears of runs: %s',
    (bus) => {
      const { stores } = parseLambdaEnvironment({ ...cloud, SIGNALBOX_EVENT_BUS: ` ${bus}\n` });
      expect(stores).toMatchObject({ eventBus: bus });
    },
  );

  it.each(['my bus', 'arn:aws:sqs:eu-west-1:123456789012:runs', 'a,b'])(
    'does not take %s for an event bus',
    (bus) => {
      expect(problemOf({ ...cloud, SIGNALBOX_EVENT_BUS: bus })).toBe(
        'the function is not set up: SIGNALBOX_EVENT_BUS names no event bus, expected the name or the ARN of an event bus, such as default',
      );
    },
  );

  it('is told all its mistakes at once, without what it was given', () => {
    const given = {
      ...cloud,
      SIGNALBOX_PAYLOADS: 'file:///mnt/payloads',
      SIGNALBOX_WAKE_QUEUE: 'wake-s3cr3t',
      SIGNALBOX_DEPLOYMENT: '',
    };
    const parse = () => parseLambdaEnvironment(given);
    expect(parse).toThrow(
      "the function is not set up: SIGNALBOX_PAYLOADS is a URL (file:) that can't be opened here, expected the URL of the payload store, such as s3://bucket or file:///mnt/signalbox/payloads; " +
        'SIGNALBOX_WAKE_QUEUE is no URL, expected the URL of the wake queue, {target} in it for one of each target, such as https://sqs.eu-west-1.amazonaws.com/123456789012/wake-{target}; ' +
        'SIGNALBOX_DEPLOYMENT is missing, expected the path of the deployment, such as /var/task/deployment.json',
    );
  });
});

describe('what a variable names', () => {
  it('is opened', () => {
    expect(openNamed('SIGNALBOX_LEDGER', () => 'the ledger')).toBe('the ledger');
  });

  it('is named when it can not be, with what was expected and why', () => {
    const cause = new Error('the ledger has format 9');
    const open = () =>
      openNamed('SIGNALBOX_LEDGER', () => {
        throw cause;
      });
    expect(open).toThrow(
      new EnvironmentError(
        'SIGNALBOX_LEDGER: the ledger has format 9; expected the URL of the ledger, such as dynamodb://signalbox-runs or file:///mnt/signalbox/ledger.db',
        { cause },
      ),
    );
  });
});
