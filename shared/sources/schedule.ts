import { isJson, isObject } from '../events/json.ts';
import type { Json } from '../events/trigger-event.ts';
import { answerOrThrow, refuseByThrowing } from './acknowledgement.ts';
import { refuseStranger } from './lookalike.ts';
import { type Marked, openMarker, ruleIn } from './marker.ts';
import { FieldError, type Fields, parseTime, showText } from './reading/fields.ts';
import { type Delivery, EventParseError, type Source } from './source.ts';

/**
 * Ticks of a schedule, from EventBridge Scheduler, an EventBridge scheduled rule or the local router.
 *
 * Takes:  { signalbox: { rule, scheduledTime, scheduleArn? }, event? }, or { signalbox: { rule }, event } where
 *         the event is a scheduled one, whose `time` is taken then; or such an event as it is, which is of no rule of
 *         ours. Scheduler fills in <aws.scheduler.scheduled-time> and <aws.scheduler.schedule-arn>.
 * Gives:  one record; its `input` is null until events/input.ts has filled in the rule's.
 * Id:     rule and scheduled time; Scheduler's execution id is another one for each of its attempts.
 *         Without a rule of ours, the name of the rule or schedule that sent it takes its place.
 * Throws: EventParseError.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const schedule: Source = {
  name: 'schedule',

  parse(payload) {
    const opened = openMarker(payload);
    refuseStranger('schedule', payload, opened, 'a tick of a schedule');
    try {
      return toDelivery(payload, opened);
    } catch (cause) {
      if (cause instanceof FieldError) throw new EventParseError('schedule', cause.message, { cause });
      throw cause;
    }
  },

  answer: answerOrThrow,
  refuse: refuseByThrowing,
};

function toDelivery(payload: unknown, opened: Marked | undefined): Delivery {
  const { rule, subject, time, sourceArn, event } = parseTick(opened);
  const id = `${subject}@${time}`;
  return {
    source: 'schedule',
    id,
    sourceArn,
    time,
    addressed: { source: 'schedule', rule, event },
    records: [
      {
        recordId: id,
        events: [
          {
            specversion: '1.0',
            id,
            source: sourceArn,
            type: 'aws.scheduler.tick',
            subject,
            time,
            datacontenttype: 'application/json',
            data: { scheduledTime: time, input: null },
          },
        ],
      },
    ],
    claimed: { by: 'run' },
    isOrdered: false,
    payload: event ?? payload,
  };
}

type Tick = {
  readonly rule: string | undefined;
  readonly subject: string;
  readonly time: string;
  readonly sourceArn: string;
  readonly event: Json | undefined;
};

function parseTick(opened: Marked | undefined): Tick {
  if (opened === undefined) {
    throw new FieldError(
      'the payload has no "signalbox" object and is no scheduled event, expected { signalbox: { rule, scheduledTime } }',
    );
  }
  const event = eventOf(opened);
  return opened.marker === undefined ? toBareTick(event) : toMarkedTick(opened.marker, event);
}

function eventOf({ event }: Marked): Json | undefined {
  if (event === undefined || isJson(event)) return event;
  throw new FieldError('event is nested too deeply, or is no JSON');
}

function toMarkedTick(marker: Fields, event: Json | undefined): Tick {
  const rule = ruleIn(marker);
  const { scheduledTime, scheduleArn } = marker;
  const resource = firstResourceOf(event);
  return {
    rule,
    subject: rule,
    time:
      (scheduledTime ?? null) === null && isObject(event)
        ? parseTime(event['time'], 'event.time')
        : parseTime(scheduledTime, 'signalbox.scheduledTime'),
    sourceArn: isArn(scheduleArn)
      ? scheduleArn
      : isArn(resource)
        ? resource
        : `arn:aws:scheduler:local:000000000000:schedule/signalbox/${rule}`,
    event,
  };
}

function toBareTick(event: Json | undefined): Tick {
  const sourceArn = firstResourceOf(event);
  if (!isArn(sourceArn) || event === undefined || !isObject(event)) {
    throw new FieldError(
      `resources[0] is ${showText(sourceArn)}, expected the ARN of a rule or of a schedule`,
    );
  }
  const subject = sourceArn.slice(sourceArn.lastIndexOf('/') + 1) || sourceArn;
  return { rule: undefined, subject, time: parseTime(event['time'], 'time'), sourceArn, event };
}

function firstResourceOf(event: Json | undefined): unknown {
  const resources = isObject(event) ? event['resources'] : undefined;
  return Array.isArray(resources) ? resources[0] : undefined;
}

function isArn(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('arn:');
}
