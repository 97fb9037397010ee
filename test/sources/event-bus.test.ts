import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventBus } from '../../shared/sources/event-bus.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const order = {
  version: '0',
  id: '0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a',
  'detail-type': 'Order Placed',
  source: 'acme.shop',
  account: '123456789012',
  time: '2026-11-20T10:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders'],
  detail: { orderId: 7, lines: [{ sku: 'A-1', count: 2 }] },
};
const shopBus = 'arn:aws:events:eu-west-1:123456789012:event-bus/shop';
const marked = { signalbox: { rule: 'pack-order/0', bus: shopBus }, event: order };
const { version: _version, ...unversioned } = order;
const buildChanged = {
  ...order,
  'detail-type': 'CodeBuild Build State Change',
  source: 'aws.codebuild',
  detail: { 'build-status': 'SUCCEEDED', 'project-name': 'site' },
};

testSource(eventBus, {
  'an event': order,
  'an event through a rule of ours': marked,
  'an event through a rule of ours on the default bus': { signalbox: { rule: 'pack-order/0' }, event: order },
  'an event of another service': buildChanged,
});

function parse(payload: unknown) {
  return eventBus.parse(payload, invocation);
}

describe('an event of a bus', () => {
  it('becomes one record, of the default bus when nobody says which one', () => {
    expect(parse(order)).toEqual({
      source: 'event-bus',
      id: '0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a',
      sourceArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
      time: '2026-11-20T10:00:00.000Z',
      addressed: { source: 'event-bus', event: order },
      records: [
        {
          recordId: '0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a',
          events: [
            {
              specversion: '1.0',
              id: '0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a',
              source: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
              type: 'aws.events.event',
              time: '2026-11-20T10:00:00.000Z',
              datacontenttype: 'application/json',
              data: {
                source: 'acme.shop',
                detailType: 'Order Placed',
                account: '123456789012',
                region: 'eu-west-1',
                resources: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders'],
                detail: { orderId: 7, lines: [{ sku: 'A-1', count: 2 }] },
              },
            },
          ],
        },
      ],
      claimed: { by: 'run' },
      isOrdered: false,
      payload: order,
    });
  });

  it('has the rule and the bus of its marker, and the marker taken off', () => {
    const { sourceArn, addressed, records, payload } = parse(marked);
    expect(sourceArn).toBe('arn:aws:events:eu-west-1:123456789012:event-bus/shop');
    expect(addressed).toEqual({ source: 'event-bus', rule: 'pack-order/0', event: order });
    expect(records).toMatchObject([
      { events: [{ source: 'arn:aws:events:eu-west-1:123456789012:event-bus/shop' }] },
    ]);
    expect(payload).toBe(order);
  });

  it('has the same id from every rule, as the jobs are told apart elsewhere', () => {
    expect(parse(marked).id).toBe(parse({ ...marked, signalbox: { rule: 'bill-order/1' } }).id);
  });

  it('is another one each time it is replayed', () => {
    const replayed = { ...order, 'replay-name': 'after-the-outage' };
    expect(parse(replayed).id).toBe('0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a@after-the-outage');
    expect(parse(replayed).addressed).toEqual({ source: 'event-bus', event: replayed });
  });

  it('is taken without a version, and with fields that are not known', () => {
    expect(parse(unversioned).id).toBe('0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a');
    const extended = JSON.parse(JSON.stringify(order).replace('{', '{"__proto__":{"a":1},"later":[1,null],'));
    const { addressed } = parse(extended);
    expect(JSON.stringify('event' in addressed && addressed.event)).toBe(JSON.stringify(extended));
  });

  it('carries the trace that its sender wrote into its detail', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const recordOf = (detail: unknown) => parse({ ...order, detail }).records[0];
    const detail = { traceparent, tracestate: 'acme=7' };
    expect(recordOf(detail)).toMatchObject({ trace: detail, events: [{ data: { detail } }] });
    for (const none of [
      { traceparent: [traceparent] },
      { traceparent: 'a' },
      [traceparent],
      traceparent,
      null,
    ]) {
      expect(recordOf(none)).not.toHaveProperty('trace');
    }
  });

  it('keeps any detail as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (detail) => {
        const json = JSON.stringify(detail);
        const { records, addressed } = parse({ ...order, detail: JSON.parse(json) });
        expect(records).toMatchObject([{ events: [{ data: { detail: JSON.parse(json) } }] }]);
        expect(addressed).toMatchObject({ event: { detail: JSON.parse(json) } });
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [{}, 'event-bus: the payload is no event of EventBridge, expected version "0", id, source'],
    ['text', 'event-bus: the payload is no event of EventBridge'],
    [{ ...order, version: '1' }, 'the payload is no event of EventBridge'],
    [{ ...order, id: '' }, 'id is empty'],
    [{ ...order, id: 7 }, 'id is a number, expected a text'],
    [{ ...order, source: ['acme.shop'] }, 'source is a list, expected a text'],
    [{ ...order, time: 'now' }, 'time is "now", expected an ISO 8601 time'],
    [{ ...order, later: new Map() }, 'later is nested too deeply, or is no JSON'],
    [{ ...order, '': new Map() }, '"" is nested too deeply, or is no JSON'],
    [{ signalbox: {}, event: order }, "signalbox.rule is missing, expected a rule's id"],
    [{ signalbox: { rule: 'r'.repeat(257) }, event: order }, 'signalbox.rule is "rrr'],
    [{ signalbox: { rule: 'r', bus: 'shop' }, event: order }, 'signalbox.bus is "shop", expected the ARN'],
    [{ signalbox: { rule: 'r', bus: 7 }, event: order }, 'signalbox.bus is a number, expected a text'],
    [{ signalbox: { rule: 'r' }, event: 'text' }, 'event is a string, expected an event of EventBridge'],
    [{ signalbox: { rule: 'r' }, event: { id: 'a' } }, 'account is missing, expected a text'],
    [{ signalbox: { rule: 'r' } }, 'looks like a tick of a schedule, expected an event of EventBridge'],
    [
      { ...order, 'detail-type': 'Scheduled Event', source: 'aws.events' },
      'looks like a tick of a schedule, expected an event of EventBridge',
    ],
    [{ Records: [{ eventSource: 'aws:sqs' }] }, 'looks like an SQS event'],
  ])('is refused when it is not whole, or not one: %.60j', (payload, message) => {
    expect(() => parse(payload)).toThrow(EventParseError);
    expect(() => parse(payload)).toThrow(message);
  });

  it('is answered with the runs, and by throwing when one was not recorded', () => {
    const dispatched = [
      { job: 'pack-order', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' },
    ] as const;
    expect(eventBus.answer(parse(marked), { dispatched, unrecorded: [] })).toEqual({
      runs: [{ runId: 'k3j5h2', job: 'pack-order', status: 'queued' }],
    });
    const unrecorded = [{ job: 'bill-order', records: [0], error: new Error('the ledger is away') }];
    expect(() => eventBus.answer(parse(marked), { dispatched, unrecorded })).toThrow('the ledger is away');
  });

  it('is refused by throwing, so that it comes again', () => {
    expect(() => eventBus.refuse(new Error('the ledger is away'), marked)).toThrow('the ledger is away');
  });
});
