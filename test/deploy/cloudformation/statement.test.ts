import { describe, expect, it } from 'vitest';
import { toPolicyStatements } from '../../../shared/deploy/cloudformation/statement.ts';
import { getAtt } from '../../../shared/deploy/cloudformation/value.ts';

describe('statements of a policy', () => {
  it('with the same actions and condition become one, with each resource once', () => {
    const condition = { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } };
    expect(
      toPolicyStatements([
        { actions: ['iam:PassRole'], resources: [getAtt('ThumbnailRole', 'Arn')], condition },
        { actions: ['iam:PassRole'], resources: [getAtt('ReportRole', 'Arn')], condition },
        { actions: ['iam:PassRole'], resources: [getAtt('ThumbnailRole', 'Arn')], condition },
      ]),
    ).toEqual([
      {
        Effect: 'Allow',
        Action: ['iam:PassRole'],
        Resource: [getAtt('ThumbnailRole', 'Arn'), getAtt('ReportRole', 'Arn')],
        Condition: condition,
      },
    ]);
  });

  it('with the same resources become one, with each action once', () => {
    const resources = ['arn:aws:sqs:eu-west-1:123456789012:orders'];
    expect(
      toPolicyStatements([
        { actions: ['sqs:SendMessage'], resources },
        { actions: ['sqs:ReceiveMessage', 'sqs:SendMessage'], resources },
      ]),
    ).toEqual([{ Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:SendMessage'], Resource: resources }]);
  });

  it('are kept apart where merging would allow more than was asked for', () => {
    const queue = 'arn:aws:sqs:eu-west-1:123456789012:orders';
    const dead = 'arn:aws:sqs:eu-west-1:123456789012:orders-dead';
    expect(
      toPolicyStatements([
        { actions: ['sqs:ReceiveMessage'], resources: [queue] },
        { actions: ['sqs:SendMessage'], resources: [dead] },
        {
          actions: ['sqs:SendMessage'],
          resources: [queue],
          condition: { Bool: { 'aws:SecureTransport': true } },
        },
      ]),
    ).toHaveLength(3);
  });

  it('of what has no ARN have "*", and become one', () => {
    expect(
      toPolicyStatements([
        { actions: ['batch:ListJobs'], anyResource: 'it knows no resource' },
        { actions: ['batch:DescribeJobs'], anyResource: 'it knows no resource' },
      ]),
    ).toEqual([{ Effect: 'Allow', Action: ['batch:DescribeJobs', 'batch:ListJobs'], Resource: '*' }]);
  });
});
