import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { testEvent, toBridgedChange, toChange } from '../../support/aws-messages.ts';
import { createRouting, type Rules } from './routing.ts';

const bucketArn = 'arn:aws:s3:::uploads';
const routing = (rules: Rules) => createRouting('s3', rules);
const created = (filterRule?: object) => [
  { bucketArn, s3EventType: 's3:ObjectCreated:*', ...(filterRule && { filterRule }) },
];
const ofType = (s3EventType: string) => [{ bucketArn, s3EventType }];

/** Changes of the bucket `uploads`, each `<event name> <encoded key>`. */
const changes = (...texts: readonly string[]) => ({
  Records: texts.map((text, position) => {
    const [eventName = '', key = ''] = text.split(' ');
    return toChange(key, { sequencer: `0066F1A2B3C4D5E60${position}` }, { eventName });
  }),
});

describe('changes in a bucket', () => {
  it('start the jobs that name the bucket, and no other', () => {
    const { starts } = routing({
      scan: created(),
      index: created(),
      other: [{ bucketArn: `${bucketArn}-old`, s3EventType: 's3:ObjectCreated:*' }],
    });
    expect(starts(changes('ObjectCreated:Put a', 'ObjectCreated:Copy b'))).toEqual({
      scan: [0, 1],
      index: [0, 1],
    });
  });

  it('of a bucket that no rule names are refused, with what there is instead', () => {
    const { starts } = routing({
      scan: [{ bucketArn: `${bucketArn}-old`, s3EventType: 's3:ObjectCreated:*' }],
    });
    expect(() => starts(changes('ObjectCreated:Put a'))).toThrow(
      new NoRuleError(
        'no rule takes it; of job scan: the bucket is arn:aws:s3:::uploads, expected arn:aws:s3:::uploads-old',
      ),
    );
  });

  it('start the jobs of their type: a whole one, or all that a * stands for', () => {
    const { starts } = routing({
      created: ofType('s3:ObjectCreated:*'),
      put: ofType('s3:ObjectCreated:Put'),
      removed: ofType('s3:ObjectRemoved:*'),
      deleted: ofType('s3:ObjectRemoved:Delete'),
      expired: ofType('s3:LifecycleExpiration:*'),
      moved: ofType('s3:LifecycleTransition'),
      restored: ofType('s3:ObjectRestore:Completed'),
    });
    const payload = changes(
      'ObjectCreated:Put a',
      'ObjectCreated:CompleteMultipartUpload b',
      'ObjectRemoved:Delete c',
      'ObjectRemoved:DeleteMarkerCreated d',
      's3:LifecycleExpiration:Delete e',
      'LifecycleTransition f',
      'ObjectRestore:Post g',
    );
    expect(starts(payload)).toEqual({
      created: [0, 1],
      put: [0],
      removed: [2, 3],
      deleted: [2],
      expired: [4],
      moved: [5],
    });
  });

  it('start the jobs whose prefix and suffix the decoded key has', () => {
    const { starts, judged } = routing({
      'in-report': created({ prefix: 'in/daily report+' }),
      encoded: created({ prefix: 'in/daily+report' }),
      pictures: created({ suffix: 'é.jpg' }),
      both: created({ prefix: 'in/', suffix: '.jpg' }),
    });
    const payload = changes(
      'ObjectCreated:Put in/daily+report%2B1.csv',
      'ObjectCreated:Put in/caf%C3%A9.jpg',
      'ObjectCreated:Put out/caf%C3%A9.jpg',
      'ObjectCreated:Put in/%2Ejpg/x',
      'ObjectCreated:Put out/in/x.jpg',
    );
    expect(starts(payload)).toEqual({ 'in-report': [0], pictures: [1, 2], both: [1] });
    expect(judged(payload)).toEqual([
      'in-report takes: s3:ObjectCreated:* of arn:aws:s3:::uploads, 1 of 5 records',
      'encoded leaves: the key in/daily report+1.csv does not start with in/daily+report',
      'pictures takes: s3:ObjectCreated:* of arn:aws:s3:::uploads, 2 of 5 records',
      'both takes: s3:ObjectCreated:* of arn:aws:s3:::uploads, 1 of 5 records',
    ]);
  });

  it('that no rule of the bucket wants start nothing, and are no mistake', () => {
    const { starts, judged } = routing({
      deleted: ofType('s3:ObjectRemoved:*'),
      jpg: created({ suffix: '.jpg' }),
    });
    const payload = changes('ObjectCreated:Put a.png');
    expect(starts(payload)).toEqual({});
    expect(judged(payload)).toEqual([
      'deleted leaves: it is aws.s3.ObjectCreated:Put, expected s3:ObjectRemoved:*',
      'jpg leaves: the key a.png does not end with .jpg',
    ]);
  });

  it('that cannot be read go to each job of the bucket, whatever it wants', () => {
    const { starts } = routing({ deleted: ofType('s3:ObjectRemoved:*'), jpg: created({ suffix: '.jpg' }) });
    const broken = toChange('%ff');
    expect(starts({ Records: [toChange('a.jpg'), broken] })).toEqual({ deleted: [1], jpg: [0, 1] });
  });

  it('start the job of the rule of EventBridge that they came through, and no other', () => {
    const { starts, judged, ruleIds } = routing({
      jpg: created({ suffix: '.jpg' }),
      all: created(),
      deleted: ofType('s3:ObjectRemoved:*'),
    });
    const through = (rule: string | undefined) => ({
      signalbox: { rule, source: 's3' },
      event: toBridgedChange('a.jpg'),
    });
    expect(starts(through(ruleIds[0]))).toEqual({ jpg: [0] });
    expect(starts(through(ruleIds[1]))).toEqual({ all: [0] });
    expect(judged(through(ruleIds[1]))).toEqual([
      `jpg elsewhere: it came through the rule ${ruleIds[1]}`,
      'all takes: it came through this rule',
      `deleted elsewhere: it came through the rule ${ruleIds[1]}`,
    ]);
  });

  it('start what they match when they came through a rule that is not there any more', () => {
    const { starts } = routing({ jpg: created({ suffix: '.jpg' }), png: created({ suffix: '.png' }) });
    const event = toBridgedChange('a.jpg');
    expect(starts({ signalbox: { rule: 'jpg-00000000', source: 's3' }, event })).toEqual({ jpg: [0] });
  });

  it('are none when S3 tests a new notification: it starts nothing, whoever it is for', () => {
    const { starts } = routing({ scan: created() });
    expect(starts(testEvent)).toEqual({});
    expect(starts({ ...testEvent, Bucket: 'another' })).toEqual({});
  });
});
