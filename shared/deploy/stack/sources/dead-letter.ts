import { arnOf, getAtt, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { ids } from '../ids.ts';
import type { Rule } from './source-rules.ts';

/** The queue for events that could not be delivered: the one that an event names, or the stack's own. */
export function toDeadLetterArn(named: Rule<'event-bus' | 'sns'>['properties']['onDeliveryFailure']): Value {
  const { sqsQueueArn, sqsQueueName } = named ?? {};
  if (sqsQueueArn !== undefined) return toValue(sqsQueueArn);
  return sqsQueueName === undefined ? getAtt(ids.undelivered, 'Arn') : arnOf('sqs', sqsQueueName);
}
