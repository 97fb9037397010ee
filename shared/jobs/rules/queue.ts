import { isObject, parseJsonDocument } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { toWritten } from '../reference.ts';
import { compileFilterPatterns, rawRecord } from './filter-patterns.ts';
import { compileEach, elsewhere, findArnMismatch, takesSome } from './verdict.ts';

/** Messages of queues. Filters look at them as Lambda's do: with the body parsed, when it's JSON. */
export const compileQueueRules = compileEach<'sqs'>(({ rule: { properties } }) => {
  const { sqsQueueArn: arn, sqsQueueName: name, filterPatterns } = properties;
  const findMismatch = compileFilterPatterns(filterPatterns);
  return (delivery) => {
    const stranger = findArnMismatch('queue', delivery.sourceArn, arn, name);
    if (stranger !== undefined) return elsewhere(stranger);
    return takesSome(
      delivery,
      () => `the queue is ${toWritten(arn ?? name ?? '')}`,
      (position) => findMismatch(() => withBody(rawRecord(delivery, position))),
    );
  };
});

function withBody(message: Json): Json {
  if (!isObject(message)) return message;
  const { body } = message;
  return typeof body === 'string' ? { ...message, body: parseJsonDocument(body) ?? body } : message;
}
