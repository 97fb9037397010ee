import { isObject } from '../events/json.ts';
import type { Json } from '../events/trigger-event.ts';
import { answerOrThrow, refuseByThrowing } from './acknowledgement.ts';
import { refuseStranger } from './lookalike.ts';
import { type Marked, openMarker, ruleIn } from './marker.ts';
import { FieldError, type Fields, jsonIn, kindOf, optionalTextIn, showText } from './reading/fields.ts';
import { parseBridgeEvent, traceOfBridgeEvent } from './records/bridge-event.ts';
import { type Delivery, EventParseError, type Source } from './source.ts';

/**
 * Events of Amazon EventBridge, but for scheduled ones.
 *
 * Takes:  { signalbox: { rule, bus? }, event } from a rule of ours, where `bus` is the bus's ARN, or an event as it is.
 * Gives:  one record. Its trace is what the sender wrote into `detail`: EventBridge's own header is not in the event.
 * Id:     the event's, with the replay's name when it's replayed.
 * Throws: EventParseError.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-related-service-xray.html
 */
export const eventBus: Source = {
  name: 'event-bus',

  parse(payload) {
    const opened = openMarker(payload);
    refuseStranger('event-bus', payload, opened, 'an event of EventBridge');
    try {
      return toDelivery(opened);
    } catch (cause) {
      if (cause instanceof FieldError) throw new EventParseError('event-bus', cause.message, { cause });
      throw cause;
    }
  },

  answer: answerOrThrow,
  refuse: refuseByThrowing,
};

function toDelivery(opened: Marked | undefined): Delivery {
  if (opened === undefined) {
    throw new FieldError(
      'the payload is no event of EventBridge, expected version "0", id, source, detail-type and detail',
    );
  }
  const { marker, event } = opened;
  if (!isObject(event)) throw new FieldError(`event is ${kindOf(event)}, expected an event of EventBridge`);
  const cloudEvent = parseBridgeEvent(event, marker && busIn(marker));
  const { id, source, time, data } = cloudEvent;
  const trace = traceOfBridgeEvent(event);
  return {
    source: 'event-bus',
    id,
    sourceArn: source,
    time,
    addressed: {
      source: 'event-bus',
      rule: marker && ruleIn(marker),
      event: toJson(event, data['detail'] ?? null),
    },
    records: [{ recordId: id, events: [cloudEvent], ...(trace !== undefined && { trace }) }],
    claimed: { by: 'run' },
    isOrdered: false,
    payload: event,
  };
}

function busIn(marker: Fields): string | undefined {
  const bus = optionalTextIn(marker, 'bus', 'signalbox.') ?? undefined;
  if (bus === undefined || bus.startsWith('arn:')) return bus;
  throw new FieldError(`signalbox.bus is ${showText(bus)}, expected the ARN of an event bus`);
}

/** The whole event. Its detail, which may be big, has been looked through by then. */
function toJson(event: Fields, detail: Json): Json {
  return Object.fromEntries(
    Object.keys(event).map((key) => [key, key === 'detail' ? detail : jsonIn(event, key)]),
  );
}
