import { isObject } from '../events/json.ts';
import { FieldError, type Fields, showText } from './reading/fields.ts';

/** What EventBridge or Scheduler sent: the event by itself, or with the marker that our rules put around it. */
export type Marked = {
  readonly source: 'event-bus' | 'schedule' | 's3';
  readonly marker?: Fields;
  /** As it came; Scheduler sends none with a marker. */
  readonly event?: unknown;
};

/**
 * Takes the marker of { signalbox: { rule, … }, event? } off. It is S3's when it says so, a schedule's when it has a scheduled time, a
 * scheduled event, or no event at all; any other is a bus's. `undefined` when the payload is from neither.
 */
export function openMarker(payload: unknown): Marked | undefined {
  if (!isObject(payload)) return undefined;
  const marker = payload['signalbox'];
  if (isObject(marker)) {
    const event = payload['event'] ?? undefined;
    if (marker['source'] === 's3') return { source: 's3', marker, event };
    if (event === undefined) return { source: 'schedule', marker };
    const isTick = (marker['scheduledTime'] ?? null) !== null || isScheduledEvent(event);
    return { source: isTick ? 'schedule' : 'event-bus', marker, event };
  }
  if (!isBridgeEvent(payload)) return undefined;
  return { source: isScheduledEvent(payload) ? 'schedule' : 'event-bus', event: payload };
}

/** The id of the rule in jobs.yml that a marker is of; throws FieldError. */
export function ruleIn(marker: Fields): string {
  const { rule } = marker;
  if (typeof rule === 'string' && rule !== '' && rule.length <= 256) return rule;
  throw new FieldError(`signalbox.rule is ${showText(rule)}, expected a rule's id of 1 to 256 characters`);
}

/** https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html */
function isBridgeEvent(payload: Fields): boolean {
  return (
    (payload['version'] ?? '0') === '0' &&
    Object.hasOwn(payload, 'detail-type') &&
    Object.hasOwn(payload, 'source') &&
    Object.hasOwn(payload, 'id') &&
    Object.hasOwn(payload, 'detail')
  );
}

/** Of a scheduled rule, or the one that EventBridge Scheduler sends when its schedule has no input. */
function isScheduledEvent(event: unknown): boolean {
  if (!isObject(event) || event['detail-type'] !== 'Scheduled Event') return false;
  return event['source'] === 'aws.events' || event['source'] === 'aws.scheduler';
}
