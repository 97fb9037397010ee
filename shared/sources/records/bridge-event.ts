import { announcementSource, isAnnouncementId } from '../../events/announcement.ts';
import { isObject } from '../../events/json.ts';
import type { TraceContext } from '../../events/trace-context.ts';
import type { CloudEvent } from '../../events/trigger-event.ts';
import {
  FieldError,
  type Fields,
  jsonIn,
  kindOf,
  optionalTextIn,
  parseTime,
  textIn,
} from '../reading/fields.ts';
import { parseTraceContext } from '../reading/trace.ts';

/**
 * An event of Amazon EventBridge, as rules deliver it and as its other targets, queues and topics, pass it on.
 *
 * Takes:  { id, source, 'detail-type', account, time, region, resources?, detail?, 'replay-name'? }. An event doesn't
 *         name its bus: without `busArn` it is taken for its account's default one.
 * Id:     the event's, or that of the announcement which it is, as one may be sent twice; with `@` and the replay's name
 *         when it has one, since a replay is meant to happen again.
 * Throws: FieldError.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
 */
export function parseBridgeEvent(event: Fields, busArn?: string): CloudEvent {
  const id = announcementIdIn(event) ?? textIn(event, 'id');
  if (id === '') throw new FieldError('id is empty, expected the id of an event');
  const replayName = optionalTextIn(event, 'replay-name');
  const account = textIn(event, 'account');
  const region = textIn(event, 'region');
  return {
    specversion: '1.0',
    id: replayName ? `${id}@${replayName}` : id,
    source: busArn ?? `arn:${partitionOf(region)}:events:${region}:${account}:event-bus/default`,
    type: 'aws.events.event',
    time: parseTime(event['time'], 'time'),
    datacontenttype: 'application/json',
    data: {
      source: textIn(event, 'source'),
      detailType: textIn(event, 'detail-type'),
      account,
      region,
      resources: resourcesIn(event),
      detail: jsonIn(event, 'detail'),
    },
  };
}

/**
 * What its sender wrote into its detail, as announcements have it. EventBridge carries a trace beside the event, not in
 * it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-related-service-xray.html
 */
export function traceOfBridgeEvent({ detail }: Fields): TraceContext | undefined {
  return isObject(detail) ? parseTraceContext(detail['traceparent'], detail['tracestate']) : undefined;
}

/** EventBridge gives an announcement that is sent again, because an answer got lost, another id. */
function announcementIdIn({ source, detail }: Fields): string | undefined {
  if (source !== announcementSource || !isObject(detail)) return undefined;
  const { announcementId } = detail;
  return isAnnouncementId(announcementId) ? announcementId : undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function resourcesIn(event: Fields): readonly string[] {
  const resources = event['resources'] ?? [];
  if (!Array.isArray(resources)) {
    throw new FieldError(`resources is ${kindOf(resources)}, expected a list of texts`);
  }
  return resources.map((resource: unknown, position) => {
    if (typeof resource === 'string') return resource;
    throw new FieldError(`resources[${position}] is ${kindOf(resource)}, expected a text`);
  });
}
