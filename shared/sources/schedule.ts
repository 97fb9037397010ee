import { isObject } from '../events/json.ts';
import { type Dispatched, EventParseError, type Source } from './source.ts';

/**
 * Ticks of a schedule, from EventBridge Scheduler, an EventBridge scheduled rule or the local router.
 *
 * Takes:  { signalbox: { rule, scheduledTime, scheduleArn? }, event? }, or { signalbox: { rule }, event } where
 *         the event is a scheduled rule's, whose `time` is the scheduled one. Scheduler fills in
 *         <aws.scheduler.scheduled-time> and <aws.scheduler.schedule-arn>.
 * Gives:  one record; its `input` is null until events/input.ts has filled in the rule's.
 * Id:     rule and scheduled time; Scheduler's execution id is another one for each of its attempts.
 * Throws: EventParseError.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const schedule: Source = {
  name: 'schedule',

  parse(payload) {
    const { rule, time, sourceArn } = parseTick(payload);
    const id = `${rule}@${time}`;
    return {
      source: 'schedule',
      id,
      sourceArn,
      time,
      addressed: { source: 'schedule', rule },
      records: [
        {
          recordId: id,
          event: {
            specversion: '1.0',
            id,
            source: sourceArn,
            type: 'aws.scheduler.tick',
            subject: rule,
            time,
            datacontenttype: 'application/json',
            data: { scheduledTime: time, input: null },
          },
        },
      ],
      claims: [],
      payload,
    };
  },

  answer: (_delivery, dispatched) => ({ runs: dispatched.map(toRun) }),

  /** Throws, so that Scheduler or Lambda delivers the tick again. */
  refuse(error) {
    throw error;
  },
};

function toRun({ runId, job, status }: Dispatched) {
  return { runId, job, status };
}

function parseTick(payload: unknown): { rule: string; time: string; sourceArn: string } {
  const marker = isObject(payload) ? payload['signalbox'] : undefined;
  if (!isObject(payload) || !isObject(marker)) {
    throw problem('the payload has no "signalbox" object, expected { signalbox: { rule, scheduledTime } }');
  }
  const { rule, scheduledTime, scheduleArn } = marker;
  if (typeof rule !== 'string' || rule === '' || rule.length > 256) {
    throw problem(`signalbox.rule is ${show(rule)}, expected a rule's id of 1 to 256 characters`);
  }
  const event = isScheduledEvent(payload['event']) ? payload['event'] : undefined;
  const time = scheduledTime ?? event?.['time'];
  const resources = event?.['resources'];
  const eventArn: unknown = Array.isArray(resources) ? resources[0] : undefined;
  return {
    rule,
    time: parseTime(time),
    sourceArn:
      [scheduleArn, eventArn].find(isArn) ??
      `arn:aws:scheduler:local:000000000000:schedule/signalbox/${rule}`,
  };
}

function isScheduledEvent(event: unknown): event is { readonly [key: string]: unknown } {
  return isObject(event) && event['source'] === 'aws.events' && event['detail-type'] === 'Scheduled Event';
}

function isArn(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('arn:');
}

function parseTime(value: unknown): string {
  const isTime =
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/.test(value);
  const date = new Date(isTime ? value : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw problem(
    `signalbox.scheduledTime is ${show(value)}, expected an ISO 8601 time such as 2026-11-20T02:00:00Z`,
  );
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : `of type ${typeof value}`;
}

function problem(text: string): EventParseError {
  return new EventParseError('schedule', text);
}
