import { z } from 'zod';
import { eventBusArn } from './arns.ts';
import { json, matching, text } from './basics.ts';
import { onDeliveryFailure, pattern } from './event-message.ts';

export const jsonPath = matching(/^\$(?:[.[].*)?$/, 'a path into the event, such as $.detail');

export const inputTransformer = z.strictObject({
  inputPathsMap: z
    .record(text, jsonPath, { error: 'a mapping of names to paths, such as { id: $.detail.id }' })
    .describe('Names for parts of the event.')
    .exactOptional(),
  inputTemplate: json.describe('What the job gets, with <name> where a part of the event belongs.'),
});

/** What the job gets in place of the event. */
const inputs = {
  input: json.describe('What the job gets in place of the event.').exactOptional(),
  inputPath: jsonPath.describe('The part of the event that the job gets.').exactOptional(),
  inputTransformer: inputTransformer
    .describe('Makes what the job gets out of parts of the event.')
    .exactOptional(),
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
export const eventBusEvent = z.strictObject({
  type: z.literal('event-bus').describe('Events of an EventBridge event bus.'),
  properties: z.strictObject({
    eventBusArn: eventBusArn.describe('The bus; or eventBusName or useDefaultBus.').exactOptional(),
    eventBusName: matching(/^[A-Za-z0-9_./-]{1,256}$/, 'the name of an event bus')
      .describe('The bus; or eventBusArn or useDefaultBus.')
      .exactOptional(),
    useDefaultBus: z
      .literal(true)
      .describe('The bus of the account that AWS services send to; or eventBusArn or eventBusName.')
      .exactOptional(),
    eventPattern: pattern.describe('Events that match it start the job.'),
    onDeliveryFailure: onDeliveryFailure
      .describe('Queue for events that EventBridge could not deliver.')
      .exactOptional(),
    ...inputs,
  }),
});

/** Lengths of https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
function scheduleText(maximum: number) {
  return text.max(maximum, { error: `text of at most ${maximum} characters` });
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const scheduleEvent = z.strictObject({
  type: z.literal('schedule').describe('A point in time, again and again.'),
  properties: z.strictObject({
    scheduleRate: scheduleText(256).describe('rate(5 minutes), cron(0 2 * * ? *) and so on.'),
    timezone: scheduleText(50)
      .describe('Time zone of a cron expression, such as Europe/Bratislava; UTC if left out.')
      .exactOptional(),
    ...inputs,
  }),
});
