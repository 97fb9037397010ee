import { describe, expect, it } from 'vitest';
import { FieldError } from '../../../shared/sources/reading/fields.ts';
import { parseBridgeEvent } from '../../../shared/sources/records/bridge-event.ts';
import { toBusEvent } from '../../support/aws-messages.ts';

describe('an event of EventBridge', () => {
  it('becomes a CloudEvent', () => {
    expect(parseBridgeEvent(toBusEvent({ orderId: 7 }))).toEqual({
      specversion: '1.0',
      id: '7bf73129-1428-4cd3-a780-95db273d1602',
      source: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
      type: 'aws.events.event',
      time: '2026-11-20T10:00:02.000Z',
      datacontenttype: 'application/json',
      data: {
        source: 'acme.shop',
        detailType: 'Order Placed',
        account: '123456789012',
        region: 'eu-west-1',
        resources: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders'],
        detail: { orderId: 7 },
      },
    });
  });

  it('comes from the bus that is known, else from the default one of its account', () => {
    const busArn = 'arn:aws:events:eu-west-1:123456789012:event-bus/shop';
    expect(parseBridgeEvent(toBusEvent({}), busArn).source).toBe(busArn);
    expect(parseBridgeEvent(toBusEvent({}, { region: 'cn-north-1' })).source).toBe(
      'arn:aws-cn:events:cn-north-1:123456789012:event-bus/default',
    );
    expect(parseBridgeEvent(toBusEvent({}, { region: 'us-gov-west-1' })).source).toBe(
      'arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/default',
    );
  });

  it('is a new one when it is replayed, for each replay', () => {
    expect(parseBridgeEvent(toBusEvent({}, { 'replay-name': 'after-the-fix' })).id).toBe(
      '7bf73129-1428-4cd3-a780-95db273d1602@after-the-fix',
    );
    expect(parseBridgeEvent(toBusEvent({}, { 'replay-name': '' })).id).toBe(
      '7bf73129-1428-4cd3-a780-95db273d1602',
    );
  });

  it('may have no resources, and any detail', () => {
    const { data } = parseBridgeEvent(toBusEvent(undefined, { resources: undefined }));
    expect(data).toMatchObject({ resources: [], detail: null });
    expect(parseBridgeEvent(toBusEvent('{}')).data['detail']).toBe('{}');
  });

  it.each([
    [{ id: undefined }, 'id is missing, expected a text'],
    [{ id: '' }, 'id is empty, expected the id of an event'],
    [{ source: 7 }, 'source is a number, expected a text'],
    [{ 'detail-type': null }, 'detail-type is missing, expected a text'],
    [{ account: 123456789012 }, 'account is a number, expected a text'],
    [{ region: [] }, 'region is a list, expected a text'],
    [{ time: '2026' }, 'time is "2026", expected an ISO 8601 time'],
    [{ resources: 'arn' }, 'resources is a string, expected a list of texts'],
    [{ resources: ['arn', 7] }, 'resources[1] is a number, expected a text'],
    [{ 'replay-name': 7 }, 'replay-name is a number, expected a text'],
    [{ detail: Number.NaN }, 'detail is nested too deeply, or is no JSON'],
  ])('is refused when it is none: %j', (changes, message) => {
    expect(() => parseBridgeEvent(toBusEvent({}, changes))).toThrow(FieldError);
    expect(() => parseBridgeEvent(toBusEvent({}, changes))).toThrow(message);
  });
});
