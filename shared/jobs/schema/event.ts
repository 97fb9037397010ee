import { z } from 'zod';
import type { SourceName } from '../../events/trigger-event.ts';
import { type Immutable, mapping } from './basics.ts';
import { eventBusEvent, scheduleEvent } from './event-bus.ts';
import { applicationLoadBalancerEvent, httpApiGatewayEvent } from './event-http.ts';
import { snsEvent, sqsEvent } from './event-message.ts';
import { cloudwatchLogEvent, dynamoDbStreamEvent, kinesisStreamEvent, s3Event } from './event-stream.ts';

const manualEvent = z.strictObject({
  type: z.literal('manual').describe('`signalbox invoke`.'),
  properties: z.strictObject({}).prefault({}).describe('None.'),
});

/** One entry of a job's `events`. */
export const event = z.discriminatedUnion(
  'type',
  [
    httpApiGatewayEvent,
    applicationLoadBalancerEvent,
    sqsEvent,
    snsEvent,
    eventBusEvent,
    scheduleEvent,
    s3Event,
    kinesisStreamEvent,
    dynamoDbStreamEvent,
    cloudwatchLogEvent,
    manualEvent,
  ],
  mapping('a mapping with "type" and "properties"'),
);

type ParsedEvent = Immutable<z.output<typeof event>>;

/**
 * A rule: which deliveries of which source start the job. `id` comes from the job's name and what the entry says, not
 * from where it stands.
 */
export type RunnableEvent = {
  [T in SourceName]: Extract<ParsedEvent, { readonly type: T }> & { readonly id: string };
}[SourceName];

/** A rule, and the line of jobs.yml that it begins in, counted from 1. */
export type JobEvent = RunnableEvent & { readonly line: number };
