import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { toBusEvent } from '../../support/aws-messages.ts';
import { createRouting, type Rules } from './routing.ts';

const routing = (rules: Rules) => createRouting('event-bus', rules);
const placed = { 'detail-type': ['Order Placed'] };
const shipped = { 'detail-type': ['Order Shipped'] };
const shop = 'arn:aws:events:eu-west-1:123456789012:event-bus/shop';
const event = toBusEvent({ orderId: 7, state: 'placed' });

/** As EventBridge delivers it through a rule of ours. */
const through = (rule: string | undefined, bus?: string) => ({
  signalbox: { rule, ...(bus !== undefined && { bus }) },
  event,
});

describe('an event that came through a rule of ours', () => {
  it('starts the job of that rule, and no other, without a look at any pattern', () => {
    const rules = {
      ship: [{ useDefaultBus: true, eventPattern: shipped }],
      bill: [{ useDefaultBus: true, eventPattern: placed }],
    };
    const { starts, judged, ruleIds } = routing(rules);
    const [ofShip, ofBill] = ruleIds;
    expect(starts(through(ofShip))).toEqual({ ship: [0] });
    expect(starts(through(ofBill))).toEqual({ bill: [0] });
    expect(judged(through(ofShip))).toEqual([
      'ship takes: it came through this rule',
      `bill elsewhere: it came through the rule ${ofShip}`,
    ]);
  });

  it('starts it whatever its bus is: EventBridge knows', () => {
    const { starts, ruleIds } = routing({ ship: [{ eventBusName: 'shop', eventPattern: shipped }] });
    expect(starts(through(ruleIds[0]))).toEqual({ ship: [0] });
  });

  it('starts its job once for each of its rules', () => {
    const { starts, ruleIds } = routing({
      ship: [
        { useDefaultBus: true, eventPattern: placed },
        { useDefaultBus: true, eventPattern: { source: ['acme.shop'] } },
      ],
    });
    for (const rule of ruleIds) expect(starts(through(rule))).toEqual({ ship: [0] });
  });
});

describe('an event that came through a rule which jobs.yml does not have any more', () => {
  const gone = 'ship-0a1b2c3d';

  it('starts the jobs whose patterns it matches now', () => {
    const { starts, judged } = routing({
      ship: [{ useDefaultBus: true, eventPattern: placed }],
      bill: [{ useDefaultBus: true, eventPattern: { detail: { state: ['placed', 'paid'] } } }],
      refund: [{ useDefaultBus: true, eventPattern: shipped }],
    });
    expect(starts(through(gone))).toEqual({ ship: [0], bill: [0] });
    expect(judged(through(gone))).toEqual([
      'ship takes: it matches the pattern',
      'bill takes: it matches the pattern',
      'refund elsewhere: detail-type is "Order Placed", expected "Order Shipped"',
    ]);
  });

  it('starts only those of its bus, which a rule names by its ARN or its name', () => {
    const { starts, judged } = routing({
      'by-arn': [{ eventBusArn: shop, eventPattern: placed }],
      'by-name': [{ eventBusName: 'shop', eventPattern: placed }],
      'of-another': [{ eventBusName: 'research', eventPattern: placed }],
      'of-default': [{ useDefaultBus: true, eventPattern: placed }],
    });
    expect(starts(through(gone, shop))).toEqual({ 'by-arn': [0], 'by-name': [0] });
    expect(starts(through(gone))).toEqual({ 'of-default': [0] });
    expect(judged(through(gone, shop))).toEqual([
      'by-arn takes: it matches the pattern',
      'by-name takes: it matches the pattern',
      `of-another elsewhere: the bus is ${shop}, expected research`,
      `of-default elsewhere: the bus is ${shop}, expected default`,
    ]);
  });

  it('finds its bus also by a name with slashes, as those of partners have', () => {
    const partner = 'arn:aws:events:eu-west-1:123456789012:event-bus/aws.partner/acme.com/orders';
    const { starts } = routing({
      whole: [{ eventBusName: 'aws.partner/acme.com/orders', eventPattern: placed }],
      part: [{ eventBusName: 'orders', eventPattern: placed }],
    });
    expect(starts(through(gone, partner))).toEqual({ whole: [0] });
  });
});

describe('an event without a marker', () => {
  it('starts each job whose pattern it matches, on whatever bus: it does not say', () => {
    const { starts } = routing({
      ship: [{ eventBusName: 'shop', eventPattern: placed }],
      bill: [{ useDefaultBus: true, eventPattern: { source: [{ prefix: 'acme.' }] } }],
      audit: [{ eventBusArn: shop, eventPattern: { account: ['123456789012'] } }],
      refund: [{ useDefaultBus: true, eventPattern: { detail: { state: ['refunded'] } } }],
    });
    expect(starts(event)).toEqual({ ship: [0], bill: [0], audit: [0] });
  });

  it('starts a job with two rules that it matches once', () => {
    const { starts } = routing({
      ship: [
        { useDefaultBus: true, eventPattern: placed },
        { useDefaultBus: true, eventPattern: { source: ['acme.shop'] } },
      ],
    });
    expect(starts(event)).toEqual({ ship: [0] });
  });

  it('is refused when it matches no pattern, with the first thing that is wrong', () => {
    const { starts } = routing({
      refund: [{ useDefaultBus: true, eventPattern: { detail: { state: ['refunded'] } } }],
      ship: [{ useDefaultBus: true, eventPattern: shipped }],
    });
    expect(() => starts(event)).toThrow(
      new NoRuleError('no rule takes it; of job refund: detail.state is "placed", expected "refunded"'),
    );
  });

  it('may be replayed: a pattern sees by which replay', () => {
    const { starts } = routing({
      ship: [{ useDefaultBus: true, eventPattern: { ...placed, 'replay-name': [{ exists: false }] } }],
      again: [{ useDefaultBus: true, eventPattern: { 'replay-name': ['after-the-outage'] } }],
    });
    expect(starts(event)).toEqual({ ship: [0] });
    expect(starts({ ...event, 'replay-name': 'after-the-outage' })).toEqual({ again: [0] });
  });
});
