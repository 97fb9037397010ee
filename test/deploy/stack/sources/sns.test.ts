import { describe, expect, it } from 'vitest';
import { toTopicSubscriptions } from '../../../../shared/deploy/stack/sources/sns.ts';
import { compileEvents, propertiesOf } from './compile.ts';

const newsArn = 'arn:aws:sns:us-east-1:210987654321:news';
const compile = (...properties: readonly object[]) =>
  compileEvents(toTopicSubscriptions, { type: 'sns', properties });
const subscriptionOf = (...properties: readonly object[]) =>
  propertiesOf(compile(...properties), 'NewsTopicSubscription');

describe('a topic', () => {
  it('of anybody is subscribed to where it is, once it may call the function', () => {
    const filterPolicy = { kind: ['image'] };
    expect(compile({ snsTopicArn: newsArn, filterPolicy }).resources).toEqual({
      NewsTopicSubscription: {
        Type: 'AWS::SNS::Subscription',
        DependsOn: 'NewsTopicPermission',
        Properties: {
          Protocol: 'lambda',
          TopicArn: newsArn,
          Endpoint: { 'Fn::GetAtt': ['SnsLambdaFunction', 'Arn'] },
          Region: 'us-east-1',
          FilterPolicyScope: 'MessageAttributes',
          FilterPolicy: filterPolicy,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } },
        },
        line: 1,
      },
      NewsTopicPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { 'Fn::GetAtt': ['SnsLambdaFunction', 'Arn'] },
          Principal: 'sns.amazonaws.com',
          SourceArn: newsArn,
        },
        line: 1,
      },
    });
  });

  it('is one of the account when it is only named', () => {
    const own = { 'Fn::Sub': `arn:\${AWS::Partition}:sns:\${AWS::Region}:\${AWS::AccountId}:news` };
    const part = compile({ snsTopicName: 'news' });
    expect(propertiesOf(part, 'NewsTopicSubscription')).toMatchObject({ TopicArn: own });
    expect(propertiesOf(part, 'NewsTopicSubscription')).not.toHaveProperty('Region');
    expect(propertiesOf(part, 'NewsTopicPermission')).toMatchObject({ SourceArn: own });
  });

  it('leaves what it could not deliver in the queue of its events', () => {
    const sqsQueueArn = 'arn:aws:sqs:us-east-1:123456789012:lost-news';
    expect(subscriptionOf({ snsTopicArn: newsArn, onDeliveryFailure: { sqsQueueArn } })).toMatchObject({
      RedrivePolicy: { deadLetterTargetArn: sqsQueueArn },
    });
    const named = { snsTopicArn: newsArn, onDeliveryFailure: { sqsQueueName: 'lost-news' } };
    expect(subscriptionOf(named)).toMatchObject({
      RedrivePolicy: {
        deadLetterTargetArn: {
          'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:lost-news`,
        },
      },
    });
  });
});

describe('events of one topic', () => {
  it('share a subscription, which is for all messages when one of them is', () => {
    const part = compile(
      { snsTopicName: 'news', filterPolicy: { kind: ['image'] } },
      { snsTopicName: 'news' },
    );
    expect(Object.keys(part.resources)).toEqual(['NewsTopicSubscription', 'NewsTopicPermission']);
    expect(propertiesOf(part, 'NewsTopicSubscription')).not.toHaveProperty('FilterPolicy');
  });

  it('share one that is for the messages of each', () => {
    const policies = [{ kind: ['image'], size: [{ numeric: ['>', 5] }] }, { kind: ['video', 'image'] }];
    const properties = policies.map((filterPolicy) => ({ snsTopicName: 'news', filterPolicy }));
    expect(subscriptionOf(...properties)).toMatchObject({ FilterPolicy: { kind: ['image', 'video'] } });
  });
});
