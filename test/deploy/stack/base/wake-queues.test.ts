import { expect, it } from 'vitest';
import { toWakeQueues } from '../../../../shared/deploy/stack/base/wake-queues.ts';
import { build, machine, stackOf, task } from '../stack-of.ts';

const local = { target: 'process', local: { command: ['true'] }, events: [{ type: 'manual' }] };

it('there is a wake queue for each target that jobs run on, and a queue for what could not be followed', () => {
  const { context, jobs } = stackOf({ jobs: { b: build, a: task, c: task, d: machine, e: local } });
  const { resources } = toWakeQueues(context, jobs);
  const named = Object.entries(resources).map(([id, { Properties }]) => [id, Properties?.['QueueName']]);
  expect(named).toEqual([
    ['WakeCodebuildQueue', 'media-prod-wake-codebuild'],
    ['WakeCodebuildMapping', undefined],
    ['WakeFargateQueue', 'media-prod-wake-fargate'],
    ['WakeFargateMapping', undefined],
    ['WakeStateMachineQueue', 'media-prod-wake-state-machine'],
    ['WakeStateMachineMapping', undefined],
    ['WakeUndeliveredQueue', 'media-prod-wake-undelivered'],
  ]);
});

it('a wake-up is kept from others for six times as long as the function may take, and given up after five tries', () => {
  const { context, jobs } = stackOf({ jobs: { a: task } });
  expect(toWakeQueues(context, jobs).resources['WakeFargateQueue']?.Properties).toMatchObject({
    VisibilityTimeout: 720,
    RedrivePolicy: {
      deadLetterTargetArn: { 'Fn::GetAtt': ['WakeUndeliveredQueue', 'Arn'] },
      maxReceiveCount: 5,
    },
  });
});

it('two batches of a queue are followed at a time, each message for itself', () => {
  const { context, jobs } = stackOf({ jobs: { a: task } });
  expect(toWakeQueues(context, jobs).resources['WakeFargateMapping']).toEqual({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'WakeLambdaFunction' },
      EventSourceArn: { 'Fn::GetAtt': ['WakeFargateQueue', 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    },
  });
});

it('there is none where nothing runs in AWS', () => {
  const { context, jobs } = stackOf({ jobs: { a: local } });
  expect(toWakeQueues(context, jobs).resources).toEqual({});
});
