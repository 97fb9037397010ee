import { isObject } from '../events/json.ts';
import { answerOrThrow, refuseByThrowing } from './acknowledgement.ts';
import { openNotification } from './envelope.ts';
import { toDeliveryId } from './reading/delivery-id.ts';
import { type Fields, objectIn, showText } from './reading/fields.ts';
import { firstArn, firstTime } from './reading/first-of.ts';
import { recordsIn, toRecord } from './reading/records.ts';
import { timeOfNotification, topicArnIn } from './records/sns-notification.ts';
import { EventParseError, type Source } from './source.ts';

/**
 * Notifications of Amazon SNS topics.
 *
 * Takes:  { Records: [{ Sns: { MessageId, TopicArn, Message, Timestamp, Subject?, MessageAttributes? } }] }; there is
 *         one of them, though nothing here counts on it.
 * Gives:  one record for each. Its event has the message, parsed when it is a JSON document, and the attributes as they
 *         came, { Type, Value }; an envelope (envelope.ts) gives the events that are in it.
 * Id:     the MessageId, which SNS and Lambda repeat when they deliver again; of an envelope, those inside.
 * Throws: EventParseError, also for a notification without a MessageId.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 */
export const sns: Source = {
  name: 'sns',

  parse(payload) {
    const raws = recordsIn('sns', payload, 'aws:sns');
    const records = raws.map((raw, position) =>
      toRecord(raw, { recordId: messageIdIn(raw, position) }, () =>
        openNotification(objectIn(raw, 'Sns'), 'Sns.'),
      ),
    );
    return {
      source: 'sns',
      id: toDeliveryId(records.map(({ recordId }) => recordId)),
      sourceArn: firstArn('sns', raws, (raw) => topicArnIn(objectIn(raw, 'Sns'), 'Sns.')),
      time: firstTime(records, raws, (raw) => timeOfNotification(objectIn(raw, 'Sns'), 'Sns.')),
      addressed: { source: 'sns' },
      records,
      claimed: { by: 'record' },
      isOrdered: false,
      payload,
    };
  },

  answer: answerOrThrow,
  refuse: refuseByThrowing,
};

function messageIdIn({ Sns }: Fields, position: number): string {
  const id = isObject(Sns) ? Sns['MessageId'] : undefined;
  if (typeof id === 'string' && id !== '') return id;
  const found = showText(id);
  throw new EventParseError(
    'sns',
    `Records[${position}].Sns.MessageId is ${found}, expected the id of a message`,
  );
}
