import { describe, expect, it } from 'vitest';
import { toBase } from '../../../../shared/deploy/stack/base/base.ts';
import { units } from '../../../../shared/lambda/measurement.ts';
import { build, stackOf, task } from '../stack-of.ts';

const { context, jobs } = stackOf({ jobs: { thumbnail: task, compile: build } });
const { resources, outputs } = toBase(context, jobs);
const of = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);

describe('the sweep', () => {
  it('is called each minute, and is not called again for a minute that is over', () => {
    expect(resources['SweepRule']?.Properties).toMatchObject({
      Name: 'media-prod-sweep',
      ScheduleExpression: 'rate(1 minute)',
      Targets: [
        {
          Arn: { 'Fn::GetAtt': ['SweepLambdaFunction', 'Arn'] },
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
        },
      ],
    });
    expect(resources['SweepInvokeConfig']?.Properties).toMatchObject({
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
    expect(resources['SweepPermission']?.Properties).toMatchObject({
      SourceArn: { 'Fn::GetAtt': ['SweepRule', 'Arn'] },
    });
  });
});

describe('an alarm', () => {
  const alarms = of('AWS::CloudWatch::Alarm');

  it('is there for each queue of what was lost, for the sweep, and for runs that wait', () => {
    expect(alarms.map(([id, { Properties }]) => [id, Properties?.['MetricName']])).toEqual([
      ['UndeliveredAlarm', 'ApproximateNumberOfMessagesVisible'],
      ['WakeUndeliveredAlarm', 'ApproximateNumberOfMessagesVisible'],
      ['SweepAlarm', 'OldestWaiting'],
      ['OldestWaitingAlarm', 'OldestWaiting'],
    ]);
  });

  it('is of metrics that the functions write, with their dimensions', () => {
    const own = alarms.filter(([, { Properties }]) => Properties?.['Namespace'] === 'Signalbox');
    expect(own).toHaveLength(2);
    for (const [, { Properties }] of own) {
      expect(Object.keys(units)).toContain(Properties?.['MetricName']);
      expect(Properties?.['Dimensions']).toEqual([
        { Name: 'Service', Value: 'media' },
        { Name: 'Stage', Value: 'prod' },
      ]);
    }
  });

  it('goes off when no pass of the sweep has ended for ten minutes', () => {
    expect(resources['SweepAlarm']?.Properties).toMatchObject({
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 300,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
  });

  it('says what it means, in as much as CloudWatch takes', () => {
    for (const [id, { Properties }] of alarms) {
      const { length } = String(Properties?.['AlarmDescription']);
      expect(length, id).toBeGreaterThan(80);
      expect(length, id).toBeLessThanOrEqual(1024);
    }
  });

  it('is told to nobody, unless jobs.yml names a topic', () => {
    for (const [id, { Properties }] of alarms) expect(Properties, id).not.toHaveProperty('AlarmActions');
    const snsTopicArn = 'arn:aws:sns:eu-west-1:123456789012:operators';
    const told = stackOf({ alarms: { snsTopicArn }, jobs: { thumbnail: task } });
    const withTopic = Object.values(toBase(told.context, told.jobs).resources).filter(
      ({ Type }) => Type === 'AWS::CloudWatch::Alarm',
    );
    expect(withTopic).toHaveLength(4);
    for (const { Properties } of withTopic) {
      expect(Properties).toMatchObject({ AlarmActions: [snsTopicArn], OKActions: [snsTopicArn] });
    }
  });
});

it('each queue is encrypted', () => {
  const queues = of('AWS::SQS::Queue');
  expect(queues).toHaveLength(4);
  for (const [id, { Properties }] of queues) expect(Properties?.['SqsManagedSseEnabled'], id).toBe(true);
});

it('a person is told what holds the runs, the big events and what was not delivered', () => {
  expect(Object.keys(outputs ?? {})).toEqual(['LedgerTableName', 'PayloadBucketName', 'UndeliveredQueueUrl']);
});

it('is the same when a job changes in what the base does not look at', () => {
  const image = { image: 'public.ecr.aws/docker/library/alpine:3.23' };
  const changed = stackOf({ jobs: { thumbnail: { ...task, container: image }, compile: build } });
  expect(toBase(changed.context, changed.jobs).resources).toEqual(resources);
});
