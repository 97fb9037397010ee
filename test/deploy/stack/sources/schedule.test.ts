import { describe, expect, it } from 'vitest';
import { toSchedules } from '../../../../shared/deploy/stack/sources/schedule.ts';
import { schedule } from '../../../../shared/sources/schedule.ts';
import { invocation } from '../../../contract/source.ts';
import { compile, problemsOf, propertiesOf, toContext } from './rules-of.ts';

const event = (properties: string) => `{ type: schedule, properties: { ${properties} } }`;
const context = toContext({
  report: [
    event("scheduleRate: 'cron(0 2 * * ? *)', timezone: Europe/Bratislava, input: { kind: daily }"),
    event('scheduleRate: rate(5 minutes)'),
  ],
});
const part = compile('schedule', toSchedules, context);
const ids = context.file.jobs[0]?.events.map(({ id }) => id) ?? [];
const [nightly = {}, often] = propertiesOf(part, 'AWS::Scheduler::Schedule');

describe('a schedule', () => {
  it('is one of EventBridge Scheduler, named by its rule, in the group of the stack', () => {
    expect(part.resources['ScheduleGroup']?.Properties).toEqual({ Name: 'media-prod' });
    expect(nightly).toEqual({
      Name: ids[0],
      Description: 'Starts the job report',
      GroupName: { Ref: 'ScheduleGroup' },
      ScheduleExpression: 'cron(0 2 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Bratislava',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': ['ScheduleLambdaFunction', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['SchedulesRole', 'Arn'] },
        Input: `{"signalbox":{"rule":"${ids[0]}","scheduledTime":"<aws.scheduler.scheduled-time>","scheduleArn":"<aws.scheduler.schedule-arn>"}}`,
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } },
      },
    });
    expect(often).toMatchObject({
      Name: ids[1],
      ScheduleExpression: 'rate(5 minutes)',
      ScheduleExpressionTimezone: 'UTC',
    });
    const lines = Object.values(part.resources).flatMap(({ line }) => line ?? []);
    expect(lines).toEqual([8, 9]);
  });

  it('sends what the function understands', () => {
    const { Input } = nightly['Target'] as { readonly Input: string };
    const arn = `arn:aws:scheduler:eu-west-1:123456789012:schedule/media-prod/${ids[0]}`;
    const payload = JSON.parse(
      Input.replace('<aws.scheduler.scheduled-time>', '2026-11-21T02:00:00Z').replace(
        '<aws.scheduler.schedule-arn>',
        arn,
      ),
    );
    expect(schedule.parse(payload, invocation)).toMatchObject({
      id: `${ids[0]}@2026-11-21T02:00:00.000Z`,
      time: '2026-11-21T02:00:00.000Z',
      sourceArn: arn,
      addressed: { rule: ids[0] },
    });
  });
});

describe('equal schedules', () => {
  const hourly = event('scheduleRate: rate(1 hour)');
  const compileOf = (...jobs: readonly string[]) =>
    compile('schedule', toSchedules, toContext(Object.fromEntries(jobs.map((job) => [job, [hourly]]))));

  it('of two jobs are two', () => {
    expect(propertiesOf(compileOf('a', 'b'), 'AWS::Scheduler::Schedule')).toHaveLength(2);
  });

  it('of jobs that CloudFormation could not tell apart are refused', () => {
    expect(problemsOf(() => compileOf('report-1', 'report1'))).toEqual([
      expect.stringMatching(
        /^13 CloudFormation would know it as Report1\w+Schedule, which line 8 has already; expected a name/,
      ),
    ]);
  });
});

describe('the role of the schedules', () => {
  it('is for Scheduler on behalf of the group, and may call the function and keep what it could not deliver', () => {
    expect(part.resources['SchedulesRole']?.Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: {
                'aws:SourceAccount': { Ref: 'AWS::AccountId' },
                'aws:SourceArn': {
                  'Fn::Sub': `arn:\${AWS::Partition}:scheduler:\${AWS::Region}:\${AWS::AccountId}:schedule-group/media-prod`,
                },
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'signalbox',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['lambda:InvokeFunction'],
                Resource: [{ 'Fn::GetAtt': ['ScheduleLambdaFunction', 'Arn'] }],
              },
              {
                Effect: 'Allow',
                Action: ['sqs:SendMessage'],
                Resource: [{ 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] }],
              },
            ],
          },
        },
      ],
    });
  });
});
