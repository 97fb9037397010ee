import { getAtt, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { ids } from '../ids.ts';
import type { Declared, Part, StackContext } from '../part.ts';
import type { JobWithPart } from '../stack.ts';
import { toTargets } from './names.ts';
import { lostWakeUps } from './wake-queues.ts';

const longestWaitSeconds = 900;

/** What somebody has to look at. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export function toAlarms(
  { file: { service, alarms }, stage: { stage } }: StackContext,
  jobs: readonly JobWithPart[],
): Part {
  const oldestWaiting = {
    Namespace: 'Signalbox',
    MetricName: 'OldestWaiting',
    Dimensions: [
      { Name: 'Service', Value: service },
      { Name: 'Stage', Value: stage },
    ],
    Period: 300,
  };
  return withTopic(alarms && toValue(alarms.snsTopicArn), {
    UndeliveredAlarm: toQueueAlarm(
      ids.undelivered,
      'Events could not be delivered to the functions, and lie in the queue. Send them again once the reason is gone.',
    ),
    ...(toTargets(jobs).length > 0 && {
      WakeUndeliveredAlarm: toQueueAlarm(
        lostWakeUps,
        'Wake-ups could not be followed: see the log of the wake function. Their runs are looked after by the sweep.',
      ),
    }),
    SweepAlarm: toAlarm({
      ...oldestWaiting,
      AlarmDescription:
        'No pass of the sweep has ended for ten minutes: it fails, or does not run. See its log. Runs that got lost stay so until it does.',
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    }),
    OldestWaitingAlarm: toAlarm({
      ...oldestWaiting,
      AlarmDescription:
        'A run has waited for its start for more than a quarter of an hour: starts are throttled, or there is no capacity. See the lastSetback of runs that wait.',
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: longestWaitSeconds,
      EvaluationPeriods: 3,
      TreatMissingData: 'notBreaching',
    }),
  });
}

/** Told when they begin and when they end. Without a topic, they are to be seen in the console. */
function withTopic(topic: Value | undefined, alarms: Part['resources']): Part {
  if (topic === undefined) return { resources: alarms };
  const actions = { AlarmActions: [topic], OKActions: [topic] };
  const told = Object.entries(alarms).map(([id, alarm]) => [
    id,
    { ...alarm, Properties: { ...alarm.Properties, ...actions } },
  ]);
  return { resources: Object.fromEntries(told) };
}

/** A queue that is not empty. SQS says nothing of one that nobody has used for hours. */
function toQueueAlarm(queue: string, description: string): Declared {
  return toAlarm({
    AlarmDescription: description,
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: getAtt(queue, 'QueueName') }],
    Period: 300,
    Statistic: 'Maximum',
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
  });
}

function toAlarm(properties: Readonly<Record<string, unknown>>): Declared {
  return { Type: 'AWS::CloudWatch::Alarm', Properties: properties };
}
