import { describe, expect, it } from 'vitest';
import { eventBus } from '../../shared/sources/event-bus.ts';
import { schedule } from '../../shared/sources/schedule.ts';
import { invocation } from '../contract/source.ts';
import { toBusEvent } from '../support/aws-messages.ts';
import { deepFreeze } from '../support/freeze.ts';
import { draftsOf, eventOf } from './drafts.ts';
import { toJobsFile } from './world.ts';

type Given = { readonly [property: string]: unknown };

const orderPlaced = toBusEvent({ order: { id: 7, lines: [{ sku: 'lamp-3' }] }, note: 'a "gift"' });

/** What the job gets of an event of a bus, without and with our marker, which makes no difference. */
function ofEvent(event: object, given: Given, eventFormat: 'normalized' | 'native') {
  const properties = { useDefaultBus: true, eventPattern: { source: ['acme.shop'] }, ...given };
  const jobs = { ship: { eventFormat, events: [{ type: 'event-bus', properties }] } };
  const rule = toJobsFile(jobs).jobs[0]?.events[0]?.id;
  const [bare, marked] = [event, { signalbox: { rule }, event }].map((payload) =>
    draftsOf(jobs, eventBus.parse(deepFreeze(payload), invocation)).map(eventOf),
  );
  expect(marked).toEqual(bare);
  return bare?.[0];
}

/** What the job gets of a tick; the marker names the rule. */
function ofTick(
  marker: object,
  event: object | undefined,
  given: Given,
  eventFormat: 'normalized' | 'native',
) {
  const properties = { scheduleRate: 'cron(0 2 * * ? *)', ...given };
  const jobs = { report: { eventFormat, events: [{ type: 'schedule', properties }] } };
  const rule = toJobsFile(jobs).jobs[0]?.events[0]?.id;
  const payload = { signalbox: { rule, ...marker }, ...(event && { event }) };
  return eventOf(draftsOf(jobs, schedule.parse(deepFreeze(payload), invocation))[0]);
}

const inputs: readonly (readonly [string, Given, unknown])[] = [
  ['an input', { input: { kind: 'new order' } }, { kind: 'new order' }],
  ['an input that is a text', { input: 'go' }, 'go'],
  ['an input of null', { input: null }, null],
  ['a path', { inputPath: '$.detail.order.lines[0]' }, { sku: 'lamp-3' }],
  ['a path to the event itself', { inputPath: '$' }, orderPlaced],
  ['a path that leads nowhere', { inputPath: '$.detail.parcel' }, null],
  [
    'a template',
    {
      inputTransformer: {
        inputPathsMap: { id: '$.detail.order.id', note: '$.detail.note', none: '$.detail.parcel' },
        inputTemplate: '{"order": <id>, "text": "<note>, of <none>.", "parcel": <none>}',
      },
    },
    { order: 7, text: 'a "gift", of .', parcel: null },
  ],
  [
    'a template of the whole event',
    { inputTransformer: { inputTemplate: { event: '<aws.events.event.json>' } } },
    { event: JSON.stringify(orderPlaced) },
  ],
];

describe("an event bus's rule", () => {
  it.each(inputs)('with %s gives the job that, in place of the detail', (_what, given, input) => {
    expect(ofEvent(orderPlaced, given, 'normalized')).toEqual({
      id: '7bf73129-1428-4cd3-a780-95db273d1602',
      source: 'event-bus',
      sourceArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
      time: '2026-11-20T10:00:02.000Z',
      records: [
        {
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
            input,
          },
        },
      ],
    });
  });

  it.each(inputs)('with %s gives a native job just that', (_what, given, input) => {
    expect(ofEvent(orderPlaced, given, 'native')).toEqual(input);
  });

  it('without an input gives the job the detail, and a native one the event as it was on its bus', () => {
    expect(ofEvent(orderPlaced, {}, 'normalized').records[0].data).toEqual({
      source: 'acme.shop',
      detailType: 'Order Placed',
      account: '123456789012',
      region: 'eu-west-1',
      resources: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders'],
      detail: { order: { id: 7, lines: [{ sku: 'lamp-3' }] }, note: 'a "gift"' },
    });
    expect(ofEvent(orderPlaced, {}, 'native')).toEqual(orderPlaced);
  });

  it('gives what it makes of the event as it is: that is no request, whatever its keys are called', () => {
    const detail = { headers: { authorization: 'from the shop' }, cookies: ['oat'] };
    const event = toBusEvent(detail);
    expect(ofEvent(event, { inputPath: '$.detail' }, 'native')).toEqual(detail);
    expect(ofEvent(event, { inputPath: '$.detail' }, 'normalized').records[0].data.input).toEqual(detail);
    expect(ofEvent(event, { input: detail }, 'native')).toEqual(detail);
  });
});

describe("a schedule's rule", () => {
  const at = { scheduledTime: '2026-11-20T02:00:00Z' };
  const scheduleArn = 'arn:aws:scheduler:eu-west-1:123456789012:schedule/signalbox/report';
  const event = toBusEvent(
    {},
    {
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2026-11-21T02:00:00Z',
      resources: ['arn:aws:events:eu-west-1:123456789012:rule/nightly'],
    },
  );
  const template = {
    inputTransformer: {
      inputPathsMap: { at: '$.time', by: '$.resources[0]' },
      inputTemplate: '[<at>, <by>]',
    },
  };

  it('with an input gives the job that, and a native one nothing else', () => {
    const given = { input: { kind: 'daily' } };
    expect(ofTick(at, undefined, given, 'normalized').records[0].data).toEqual({
      scheduledTime: '2026-11-20T02:00:00.000Z',
      input: { kind: 'daily' },
    });
    expect(ofTick(at, undefined, given, 'native')).toEqual({ kind: 'daily' });
    expect(ofTick(at, undefined, { input: null }, 'native')).toBeNull();
  });

  it('looks for its paths in the event that came with the tick', () => {
    const values = ['2026-11-21T02:00:00Z', 'arn:aws:events:eu-west-1:123456789012:rule/nightly'];
    expect(ofTick({}, event, template, 'native')).toEqual(values);
    expect(ofTick({}, event, template, 'normalized').records[0].data).toEqual({
      scheduledTime: '2026-11-21T02:00:00.000Z',
      input: values,
    });
    expect(ofTick({}, event, { inputPath: '$' }, 'native')).toEqual(event);
  });

  it("looks for them in the tick itself, as Scheduler's own event has it, when none came", () => {
    const values = ['2026-11-20T02:00:00.000Z', scheduleArn];
    const made = {
      'detail-type': 'Scheduled Event',
      time: '2026-11-20T02:00:00.000Z',
      resources: [scheduleArn],
      detail: {},
    };
    expect(ofTick({ ...at, scheduleArn }, undefined, template, 'native')).toEqual(values);
    expect(ofTick({ ...at, scheduleArn }, undefined, template, 'normalized').records[0].data.input).toEqual(
      values,
    );
    expect(ofTick({ ...at, scheduleArn }, undefined, { inputPath: '$' }, 'native')).toEqual(made);
  });

  it('without an input gives a native job the event that came, or the payload where none did', () => {
    expect(ofTick({}, event, {}, 'native')).toEqual(event);
    expect(ofTick(at, undefined, {}, 'native')).toEqual({
      signalbox: {
        rule: expect.stringMatching(/^report-[0-9a-f]{8}$/),
        scheduledTime: '2026-11-20T02:00:00Z',
      },
    });
  });
});
