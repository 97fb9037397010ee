import { describe, expect, it } from 'vitest';
import { toUndelivered } from '../../../../shared/deploy/stack/base/undelivered.ts';
import { stackOf, task } from '../stack-of.ts';

const topic = (properties: object) => ({ ...task, events: [{ type: 'sns', properties }] });

function undeliveredOf(jobs: Readonly<Record<string, object>>) {
  return toUndelivered(stackOf({ jobs }).context).resources;
}

function statementsOf(jobs: Readonly<Record<string, object>>): readonly unknown[] {
  const document = undeliveredOf(jobs)['UndeliveredPolicy']?.Properties?.['PolicyDocument'];
  return (document as { Statement: readonly unknown[] }).Statement;
}

describe('what could not be delivered', () => {
  it('is kept for two weeks in a queue with a name', () => {
    expect(undeliveredOf({ a: task })['UndeliveredQueue']?.Properties).toEqual({
      QueueName: 'media-prod-undelivered',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 1_209_600,
    });
  });

  it('is what Lambda could not hand to a function that is called later', () => {
    const events = [
      { type: 'sns', properties: { snsTopicName: 'orders' } },
      { type: 'sqs', properties: { sqsQueueName: 'orders' } },
      { type: 'schedule', properties: { scheduleRate: 'rate(1 hour)' } },
    ];
    const resources = undeliveredOf({ a: { ...task, events } });
    const configs = Object.keys(resources).filter((id) => id.endsWith('InvokeConfig'));
    expect(configs).toEqual(['SnsInvokeConfig', 'ScheduleInvokeConfig', 'StateChangeInvokeConfig']);
    expect(resources['SnsInvokeConfig']?.Properties).toEqual({
      FunctionName: { Ref: 'SnsLambdaFunction' },
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 21_600,
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } } },
    });
  });

  it("comes from rules of the stack's own, on any bus", () => {
    expect(statementsOf({ a: task })).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] },
        Condition: {
          ArnLike: {
            'aws:SourceArn': [
              {
                'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/media-prod-*',
              },
              {
                'Fn::Sub':
                  'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*/media-prod-*',
              },
            ],
          },
        },
      },
    ]);
  });

  it('comes from topics whose subscriptions name no other queue, each once', () => {
    const jobs = {
      a: topic({ snsTopicName: 'orders' }),
      b: topic({ snsTopicName: 'orders', filterPolicy: { kind: ['large'] } }),
      c: topic({ snsTopicArn: 'arn:aws:sns:eu-west-1:123456789012:news' }),
      d: topic({ snsTopicName: 'alerts', onDeliveryFailure: { sqsQueueName: 'lost-alerts' } }),
    };
    expect(statementsOf(jobs)[1]).toMatchObject({
      Principal: { Service: 'sns.amazonaws.com' },
      Condition: {
        ArnEquals: {
          'aws:SourceArn': [
            { 'Fn::Sub': 'arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:orders' },
            'arn:aws:sns:eu-west-1:123456789012:news',
          ],
        },
      },
    });
  });
});
