import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { sns } from '../../fixtures/payloads/sns.ts';
import { topicArn, toTopicRecord } from '../../support/aws-messages.ts';
import { createRouting, type Rules } from './routing.ts';

const routing = (rules: Rules) => createRouting('sns', rules);
const policy = (filterPolicy: object) => [{ snsTopicArn: topicArn, filterPolicy }];

/** A message with attributes, by name: type and value. */
const message = (attributes: { readonly [name: string]: readonly [Type: string, Value: string] }) => ({
  Records: [
    toTopicRecord('{"orderId":7}', {
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, [Type, Value]]) => [name, { Type, Value }]),
      ),
    }),
  ],
});

describe('a notification of a topic', () => {
  it('starts the jobs that name the topic by its ARN or its name, and no other', () => {
    const { starts } = routing({
      'by-arn': [{ snsTopicArn: topicArn }],
      'by-name': [{ snsTopicName: 'news' }],
      'of-another': [{ snsTopicName: 'new' }],
      'of-another-account': [{ snsTopicArn: 'arn:aws:sns:eu-west-1:210987654321:news' }],
    });
    expect(starts(sns['a text'])).toEqual({ 'by-arn': [0], 'by-name': [0] });
  });

  it('of a topic that no rule names is refused, with what there is instead', () => {
    const { starts } = routing({ bill: [{ snsTopicName: 'invoices' }] });
    expect(() => starts(sns['a text'])).toThrow(
      new NoRuleError(
        'no rule takes it; of job bill: the topic is arn:aws:sns:eu-west-1:123456789012:news, expected invoices',
      ),
    );
  });
});

describe('the filter policy of a topic', () => {
  it('gives each of its jobs the messages whose attributes match its own', () => {
    const { starts, judged } = routing({
      order: policy({ kind: ['order'] }),
      light: policy({ kind: ['order'], weight: [{ numeric: ['<', 12.5] }] }),
      heavy: policy({ kind: ['order'], weight: [{ numeric: ['>=', 12.5] }] }),
      every: [{ snsTopicName: 'news' }],
    });
    const payload = sns['a subject and attributes'];
    expect(starts(payload)).toEqual({ order: [0], heavy: [0], every: [0] });
    expect(judged(payload)).toEqual([
      `order takes: the topic is ${topicArn}`,
      'light leaves: weight is 12.5, expected a number < 12.5',
      `heavy takes: the topic is ${topicArn}`,
      'every takes: the topic is news',
    ]);
  });

  it('leaves out a message that does not match it: it starts nothing, and is no mistake', () => {
    const { starts } = routing({ order: policy({ kind: ['order'] }) });
    expect(starts(message({ kind: ['String', 'Order'] }))).toEqual({});
  });

  it('takes a Number for a number, a String for text, and a String.Array for each of its items', () => {
    const { starts } = routing({
      'as-number': policy({ value: [7] }),
      'as-text': policy({ value: ['7'] }),
      'as-flag': policy({ value: [true] }),
    });
    expect(starts(message({ value: ['Number', '7.0'] }))).toEqual({ 'as-number': [0] });
    expect(starts(message({ value: ['String', '7'] }))).toEqual({ 'as-text': [0] });
    expect(starts(message({ value: ['String.Array', '["7",true,null]'] }))).toEqual({
      'as-text': [0],
      'as-flag': [0],
    });
    expect(starts(message({ value: ['String.Array', '[7]'] }))).toEqual({ 'as-number': [0] });
  });

  it('does not see binary attributes, nor the message', () => {
    const { starts, judged } = routing({
      token: policy({ token: [{ exists: true }] }),
      order: policy({ orderId: [7] }),
    });
    const payload = message({ token: ['Binary', 'AP8Q'], kind: ['String', 'order'] });
    expect(starts(payload)).toEqual({});
    expect(judged(payload)).toEqual([
      'token leaves: token is missing, expected any value',
      'order leaves: orderId is missing, expected 7',
    ]);
  });

  it('takes nothing without attributes, not even when it asks for one to be missing', () => {
    const { starts, judged } = routing({ plain: policy({ kind: [{ exists: false }] }) });
    expect(starts(message({ other: ['String', 'a'] }))).toEqual({ plain: [0] });
    for (const bare of [message({}), message({ token: ['Binary', 'AP8Q'] })]) {
      expect(starts(bare)).toEqual({});
      expect(judged(bare)).toEqual(['plain leaves: the message has no attributes']);
    }
  });

  it('lets through what cannot be read: each job of the topic hears of it', () => {
    const { starts } = routing({
      order: policy({ kind: ['order'] }),
      parcel: policy({ kind: ['parcel'] }),
      other: [{ snsTopicName: 'invoices' }],
    });
    const unreadable = { Records: [toTopicRecord('{"orderId":7}', { Timestamp: 'soon' })] };
    expect(starts(unreadable)).toEqual({ order: [0], parcel: [0] });
  });
});
