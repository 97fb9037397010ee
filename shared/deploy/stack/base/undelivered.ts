import type { JobEvent } from '../../../jobs/schema/event.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { arnOf, getAtt, ref, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { type FunctionName, toFunctionId, toFunctionNames } from '../function-name.ts';
import { ids } from '../ids.ts';
import type { Declared, Part, StackContext } from '../part.ts';
import { toQueue } from './queue.ts';

/** Those that Lambda calls later than it takes their events, and that somebody would miss an event of. */
const asynchronous: readonly FunctionName[] = [
  'sns',
  'event-bus',
  'schedule',
  's3',
  'cloudwatch-log',
  'state-change',
];

/** Those of a stack. */
export function toAsynchronous({ file }: StackContext): readonly FunctionName[] {
  return toFunctionNames(file).filter((name) => asynchronous.includes(name));
}

/**
 * One queue for all events that could not be delivered: those that Lambda could not hand to a function within six hours,
 * and those that EventBridge, its Scheduler and SNS could not hand to Lambda, where a job names no other queue.
 */
export function toUndelivered(context: StackContext): Part {
  const { service, stage } = context.stage;
  const configs = toAsynchronous(context).map((name) => [toConfigId(name), toInvokeConfig(name)] as const);
  return {
    resources: {
      [ids.undelivered]: toQueue(`${service}-${stage}-undelivered`),
      UndeliveredPolicy: toPolicy(context),
      ...Object.fromEntries(configs),
    },
    outputs: {
      UndeliveredQueueUrl: {
        Description: 'Queue of events that could not be delivered to the functions',
        Value: ref(ids.undelivered),
      },
    },
  };
}

function toConfigId(name: FunctionName): string {
  return toLogicalId(name, 'InvokeConfig');
}

/** Lambda's own defaults, but for the queue. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
function toInvokeConfig(name: FunctionName): Declared {
  return {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      FunctionName: ref(toFunctionId(name)),
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 21_600,
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: getAtt(ids.undelivered, 'Arn') } },
    },
  };
}

/** Lambda sends as the function, and the Scheduler with its own role: neither needs to be let in here. */
function toPolicy(context: StackContext): Declared {
  const { service, stage } = context.stage;
  const rules = ['rule/', 'rule/*/'].map((path) => arnOf('events', `${path}${service}-${stage}-*`));
  const topics = toTopics(context);
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [ref(ids.undelivered)],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          toStatement('events.amazonaws.com', 'ArnLike', rules),
          ...(topics.length > 0 ? [toStatement('sns.amazonaws.com', 'ArnEquals', topics)] : []),
        ],
      },
    },
  };
}

function toStatement(service: string, operator: 'ArnEquals' | 'ArnLike', sources: readonly Value[]) {
  return {
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sqs:SendMessage',
    Resource: getAtt(ids.undelivered, 'Arn'),
    Condition: { [operator]: { 'aws:SourceArn': sources } },
  };
}

/** Those whose subscriptions name no queue of their own. */
function toTopics({ file }: StackContext): readonly Value[] {
  const topics = file.jobs.flatMap(({ events }) => events.flatMap(toTopic));
  return [...new Map(topics.map((topic) => [JSON.stringify(topic), topic])).values()];
}

function toTopic(event: JobEvent): readonly Value[] {
  if (event.type !== 'sns' || event.properties.onDeliveryFailure !== undefined) return [];
  const { snsTopicArn, snsTopicName = '' } = event.properties;
  return [snsTopicArn === undefined ? arnOf('sns', snsTopicName) : toValue(snsTopicArn)];
}
