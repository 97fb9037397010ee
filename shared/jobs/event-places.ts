import type { RunnableEvent } from './schema/event.ts';

const names: ReadonlySet<string> = new Set([
  'httpApiGatewayName',
  'sqsQueueArn',
  'snsTopicArn',
  'eventBusArn',
  'bucketArn',
  'streamArn',
  'logGroupArn',
]);

/** What an event says of where its deliveries come from, where that may be a reference. */
export function toPlaces({ properties }: RunnableEvent): readonly string[] {
  return Object.entries(properties).flatMap(([name, value]) =>
    names.has(name) && typeof value === 'string' ? [value] : [],
  );
}
