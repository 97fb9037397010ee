import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBucket, type Fauxqs, openFauxqs } from '../support/fauxqs.ts';
import type { RowOptions } from './row.ts';
import { agains, expectOneJobPerAttempt, hasAllRows } from './rows.ts';
import { measure } from './table.ts';

let fauxqs: Fauxqs;
let options: RowOptions;

beforeAll(async () => {
  fauxqs = await openFauxqs();
  const name = await createBucket(fauxqs, 'payloads');
  const readObject = async (arn: string) => {
    const Key = arn.slice(`arn:aws:s3:::${name}/`.length);
    const { Body } = await fauxqs.s3.send(new GetObjectCommand({ Bucket: name, Key }));
    return (await Body?.transformToString()) ?? '';
  };
  options = { bucket: { endpoint: fauxqs.endpoint, name, readObject } };
});

afterAll(() => fauxqs.stop());

describe('a job whose event lies in S3', () => {
  it('is started once per attempt when a process dies after any call', { timeout: 60_000 }, async () => {
    const common = { target: 'fargate', leg: 'dispatch', variant: 'large' } as const;
    const { calls } = await measure(common.target, common.leg, common.variant, options);
    expect(calls).toEqual(['PutItem', 'PutItem', 'PutItem', 'PutObject', 'RunTask', 'UpdateItem']);
    for (const again of hasAllRows ? agains : (['an hour later'] as const)) {
      await expectOneJobPerAttempt({ ...common, when: 'after', again }, calls.length, options);
    }
  });
});
