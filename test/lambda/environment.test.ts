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
      ledger: new URL('file:///mnt/signalbox/ledger.db'),
      payloads: new URL('file:///mnt/signalbox/payloads'),
    });
  });

  it('may have blanks around a value, and other variables', () => {
    const { jobsPath, ledger } = parseLambdaEnvironment({
      ...variables,
      SIGNALBOX_JOBS: ' /var/task/jobs.json\n',
      SIGNALBOX_LEDGER: '\tfile:///mnt/signalbox/ledger.db ',
      AWS_REGION: 'eu-west-1',
    });
    expect([jobsPath, ledger.pathname]).toEqual(['/var/task/jobs.json', '/mnt/signalbox/ledger.db']);
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
        SIGNALBOX_LEDGER: 'dynamodb://runs',
        SIGNALBOX_PAYLOADS: 'payloads',
      }),
    ).toBe(
      'the function is not set up: SIGNALBOX_JOBS is missing, expected the path of the compiled jobs.yml, such as /var/task/jobs.json; ' +
        "SIGNALBOX_LEDGER is a URL (dynamodb:) that this version can't open, expected the URL of the ledger, such as file:///mnt/signalbox/ledger.db; " +
        'SIGNALBOX_PAYLOADS is no URL, expected the URL of the payload store, such as file:///mnt/signalbox/payloads',
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
        'SIGNALBOX_LEDGER: the ledger has format 9; expected the URL of the ledger, such as file:///mnt/signalbox/ledger.db',
        { cause },
      ),
    );
  });
});
