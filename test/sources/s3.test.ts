import { describe, expect, it } from 'vitest';
import { s3 } from '../../shared/sources/s3.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';
import { testEvent, toBridgedChange, toChange } from '../support/aws-messages.ts';

const put = { Records: [toChange('in/a+b.jpg')] };
const twoPuts = { Records: [toChange('a.jpg'), toChange('b.jpg')] };
const versionedDelete = {
  Records: [
    toChange(
      'in/a%2Bb.jpg',
      { versionId: 'v2', size: undefined, eTag: undefined },
      { eventName: 'ObjectRemoved:DeleteMarkerCreated' },
    ),
  ],
};

const marked = (event: unknown) => ({ signalbox: { rule: 'scan-1a2b3c4d', source: 's3' }, event });
const bridgedPut = marked(toBridgedChange('in/a b.jpg'));

testSource(s3, {
  put,
  'two objects': twoPuts,
  'a deletion': versionedDelete,
  'an upload that EventBridge tells of': bridgedPut,
  'the test event': testEvent,
});

function parse(...records: readonly unknown[]) {
  return s3.parse({ Records: records }, invocation);
}

function eventOf(record: unknown) {
  const [parsed] = parse(record).records;
  if (parsed === undefined || 'error' in parsed) throw new Error(parsed?.error ?? 'there is no record');
  return parsed.events[0];
}

describe('a change of an object', () => {
  it('becomes one record', () => {
    expect(s3.parse(put, invocation)).toEqual({
      source: 's3',
      id: 'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/in/a b.jpg',
      sourceArn: 'arn:aws:s3:::uploads',
      time: '2026-11-20T10:00:00.500Z',
      addressed: { source: 's3' },
      records: [
        {
          recordId: 'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/in/a b.jpg',
          events: [
            {
              specversion: '1.0',
              id: 'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/in/a b.jpg',
              source: 'arn:aws:s3:::uploads',
              type: 'aws.s3.ObjectCreated:Put',
              subject: 'in/a b.jpg',
              time: '2026-11-20T10:00:00.500Z',
              datacontenttype: 'application/json',
              data: {
                bucket: 'uploads',
                key: 'in/a b.jpg',
                versionId: null,
                size: 1024,
                eTag: '9e107d9d372bb6826bd81d3542a419d6',
                sequencer: '0066F1A2B3C4D5E6F7',
                eventName: 'ObjectCreated:Put',
              },
            },
          ],
        },
      ],
      claimed: { by: 'record' },
      isOrdered: false,
      payload: put,
    });
  });

  it('has null for what its kind has no value for', () => {
    expect(eventOf(versionedDelete.Records[0])?.data).toEqual({
      bucket: 'uploads',
      key: 'in/a+b.jpg',
      versionId: 'v2',
      size: null,
      eTag: null,
      sequencer: '0066F1A2B3C4D5E6F7',
      eventName: 'ObjectRemoved:DeleteMarkerCreated',
    });
  });

  it.each([
    ['daily+report.csv', 'daily report.csv'],
    ['1%2B1.txt', '1+1.txt'],
    ['100%25.txt', '100%.txt'],
    ['caf%C3%A9/%F0%9F%8E%9E.mp4', 'café/🎞.mp4'],
    ['__proto__', '__proto__'],
  ])('has its key decoded: %s is %s', (encoded, key) => {
    expect(eventOf(toChange(encoded))).toMatchObject({ subject: key, data: { key } });
  });

  it('has the same type when the sender writes the name as notifications are set up', () => {
    const event = eventOf(toChange('a', {}, { eventName: 's3:LifecycleTransition' }));
    expect(event?.type).toBe('aws.s3.LifecycleTransition');
    expect(event?.data['eventName']).toBe('LifecycleTransition');
  });

  it('is known by its time and request when S3 gives it no sequencer', () => {
    const restore = toChange('in/a+b.jpg', { sequencer: undefined }, { eventName: 'ObjectRestore:Post' });
    expect(eventOf(restore)?.id).toBe(
      'ObjectRestore:Post - 2026-11-20T10:00:00.500Z/REQUEST1 uploads/in/a b.jpg',
    );
    const later = { ...restore, eventTime: '2026-11-20T10:00:00.501Z' };
    const other = { ...restore, responseElements: { 'x-amz-request-id': 'REQUEST2' } };
    const unknown = { ...restore, responseElements: undefined };
    expect(new Set([restore, later, other, unknown].map((each) => eventOf(each)?.id)).size).toBe(4);
  });

  it('is known by its sequencer alone when there is one, whoever is told of it and when', () => {
    const again = toChange(
      'in/a%20b.jpg',
      {},
      { eventTime: '2026-11-20T10:09:00.000Z', responseElements: {}, eventName: 's3:ObjectCreated:Put' },
    );
    expect(eventOf(again)?.id).toBe('ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/in/a b.jpg');
  });

  it('is not taken for the change of another object, version or kind', () => {
    const changes = [
      toChange('a'),
      toChange('b'),
      toChange('a', { versionId: 'v1' }),
      toChange('a', { versionId: 'null' }),
      toChange('a', { sequencer: '0066F1A2B3C4D5E6F8' }),
      toChange('a', {}, { eventName: 'ObjectCreated:Copy' }),
      toChange(
        'a',
        {},
        { s3: { ...toChange('a').s3, bucket: { name: 'others', arn: 'arn:aws:s3:::others' } } },
      ),
    ];
    expect(new Set(changes.map((change) => eventOf(change)?.id)).size).toBe(7);
  });
});

describe('a change that EventBridge tells of', () => {
  const parseBridged = (event: unknown) => s3.parse(marked(event), invocation);
  const bridgedEventOf = (event: unknown) => {
    const [record] = parseBridged(event).records;
    if (record === undefined || 'error' in record) throw new Error(record?.error ?? 'there is no record');
    return record.events[0];
  };

  it('becomes the record that a notification of it becomes, for the rule that it came through', () => {
    const { time: _, ...bridged } = bridgedEventOf(toBridgedChange('in/a b.jpg')) ?? {};
    const { time: _time, ...notified } = eventOf(toChange('in/a+b.jpg')) ?? {};
    expect(bridged).toEqual(notified);
    const event = toBridgedChange('in/a b.jpg');
    expect(parseBridged(event)).toMatchObject({
      source: 's3',
      id: 'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/in/a b.jpg',
      sourceArn: 'arn:aws:s3:::uploads',
      time: '2026-11-20T10:00:00.000Z',
      addressed: { source: 's3', rule: 'scan-1a2b3c4d' },
      claimed: { by: 'record' },
      payload: event,
    });
  });

  it.each([
    ['Object Created', { reason: 'POST Object' }, 'ObjectCreated:Post'],
    ['Object Created', { reason: 'CopyObject' }, 'ObjectCreated:Copy'],
    ['Object Created', { reason: 'CompleteMultipartUpload' }, 'ObjectCreated:CompleteMultipartUpload'],
    [
      'Object Deleted',
      { reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' },
      'ObjectRemoved:Delete',
    ],
    [
      'Object Deleted',
      { reason: 'DeleteObject', 'deletion-type': 'Delete Marker Created' },
      'ObjectRemoved:DeleteMarkerCreated',
    ],
    [
      'Object Deleted',
      { reason: 'Lifecycle Expiration', 'deletion-type': 'Permanently Deleted' },
      'LifecycleExpiration:Delete',
    ],
    ['Object Restore Initiated', { reason: undefined }, 'ObjectRestore:Post'],
    ['Object Restore Completed', { reason: undefined }, 'ObjectRestore:Completed'],
    ['Object Restore Expired', { reason: undefined }, 'ObjectRestore:Delete'],
    ['Object Storage Class Changed', { reason: undefined }, 'LifecycleTransition'],
    ['Object Access Tier Changed', { reason: undefined }, 'IntelligentTiering'],
    ['Object Tags Added', { reason: undefined }, 'ObjectTagging:Put'],
    ['Object Tags Deleted', { reason: undefined }, 'ObjectTagging:Delete'],
    ['Object ACL Updated', { reason: undefined }, 'ObjectAcl:Put'],
  ])('%s, %o, has the name of a notification', (detailType, detail, eventName) => {
    const event = bridgedEventOf(toBridgedChange('a', {}, detail, { 'detail-type': detailType }));
    expect(event).toMatchObject({ type: `aws.s3.${eventName}`, data: { eventName } });
  });

  it('has its key as it is', () => {
    expect(bridgedEventOf(toBridgedChange('a+b%2Bc é.jpg'))?.subject).toBe('a+b%2Bc é.jpg');
  });

  it('is another one when it is replayed, and once for each replay', () => {
    const replayed = (name: string) =>
      bridgedEventOf(toBridgedChange('a', {}, {}, { 'replay-name': name }))?.id;
    expect(replayed('after-the-outage')).toBe(
      'ObjectCreated:Put - 0066F1A2B3C4D5E6F7@after-the-outage uploads/a',
    );
    expect(replayed('again')).not.toBe(replayed('after-the-outage'));
  });

  it.each([
    [toBridgedChange(''), 'detail.object.key is empty, expected a text'],
    [toBridgedChange('a', { size: -1 }), 'detail.object.size is -1, expected a number of bytes'],
    [toBridgedChange('a', {}, { bucket: {} }), 'detail.bucket.name is missing, expected a text'],
    [
      toBridgedChange('a', {}, { reason: 'Magic' }),
      'detail-type, detail.reason and detail.deletion-type are "Object Created", "Magic", expected those of a change of an object',
    ],
  ])('is kept as it is when it can not be read: %#', (event, error) => {
    const { id, records } = parseBridged(event);
    expect(records).toEqual([{ recordId: id, error, bytes: JSON.stringify(event) }]);
  });

  it.each([
    [undefined, 'event is missing, expected an event of EventBridge'],
    [toBridgedChange('a', {}, {}, { resources: [] }), 'resources[0] is missing, expected a text'],
    [
      toBridgedChange('a', {}, {}, { resources: ['arn:aws:sqs:::a'] }),
      'resources[0] is "arn:aws:sqs:::a", expected an ARN of s3',
    ],
    [toBridgedChange('a', {}, {}, { time: 'soon' }), 'time is "soon", expected an ISO 8601 time'],
  ])('is refused when it says too little: %#', (event, message) => {
    expect(() => parseBridged(event)).toThrow(EventParseError);
    expect(() => parseBridged(event)).toThrow(message);
  });

  it('is refused without a marker of ours: it may be for an event bus', () => {
    expect(() => s3.parse(toBridgedChange('a'), invocation)).toThrow(
      's3: the payload looks like an event of EventBridge, expected Records of aws:s3',
    );
  });
});

describe('several changes', () => {
  it('are records of one delivery, whose id stands for all of them', () => {
    const { id, records } = s3.parse(twoPuts, invocation);
    expect(records.map(({ recordId }) => recordId)).toEqual([
      'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/a.jpg',
      'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/b.jpg',
    ]);
    expect(id).toBe('d93caba779c0160a1aa4a2bb2538ff50');
  });

  it.each([
    [toChange('broken%E9.jpg'), 's3.object.key is "broken%E9.jpg", expected UTF-8 in percent-encoding'],
    [toChange('broken%2'), 's3.object.key is "broken%2", expected UTF-8 in percent-encoding'],
    [toChange(''), 's3.object.key is empty, expected the key of an object'],
    [toChange('a', { size: '12' }), 's3.object.size is a string, expected a number of bytes'],
    [toChange('a', { size: -1 }), 's3.object.size is -1, expected a number of bytes'],
    [toChange('a', {}, { eventTime: 'soon' }), 'eventTime is "soon", expected an ISO 8601 time'],
    [toChange('a', {}, { eventName: 's3:' }), 'eventName is "s3:", expected one such as ObjectCreated:Put'],
    [toChange('a', {}, { s3: [] }), 's3 is a list, expected an object'],
  ])('do not suffer from one that can not be read: %#', (bad, error) => {
    const { records, time, sourceArn } = parse(bad, toChange('b.jpg'));
    expect(records[0]).toEqual({
      recordId: expect.stringMatching(/^[0-9a-f]{32}$/),
      error: expect.stringContaining(error),
      bytes: JSON.stringify(bad),
    });
    expect(records[1]).toMatchObject({ recordId: 'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/b.jpg' });
    expect(time).toBe('2026-11-20T10:00:00.500Z');
    expect(sourceArn).toBe('arn:aws:s3:::uploads');
  });

  it('that can not be read are told apart by all of their bytes', () => {
    const ids = [toChange('%'), toChange('%%'), toChange('%')].map((bad) => parse(bad).records[0]?.recordId);
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('a notification', () => {
  it('that S3 sends to try a new setting starts nothing', () => {
    const delivery = s3.parse(testEvent, invocation);
    expect(delivery).toEqual({
      source: 's3',
      id: 'REQUEST0',
      sourceArn: 'arn:aws:s3:::uploads',
      time: '2026-11-20T09:59:00.000Z',
      addressed: { source: 's3' },
      records: [],
      claimed: { by: 'record' },
      isOrdered: false,
      payload: testEvent,
    });
    expect(s3.answer(delivery, { dispatched: [], unrecorded: [] })).toEqual({ runs: [] });
  });

  it.each([
    [{ Records: [] }, 'the payload has no Records'],
    [{ ...testEvent, Time: 'now' }, 'in the test event, Time is "now"'],
    [{ ...testEvent, Bucket: 7 }, 'the payload has no Records'],
    [
      { Records: [toChange('a', {}, { s3: { ...toChange('a').s3, bucket: { name: 'uploads' } } })] },
      'Records[0].s3.bucket.arn is missing, expected a text',
    ],
    [
      { Records: [toChange('a', {}, { s3: { bucket: { name: 'uploads', arn: 'uploads' } } })] },
      'Records[0].s3.bucket.arn is "uploads", expected an ARN of s3',
    ],
  ])('that says too little is refused: %#', (payload, message) => {
    expect(() => s3.parse(payload, invocation)).toThrow(EventParseError);
    expect(() => s3.parse(payload, invocation)).toThrow(message);
  });

  it('is answered with the runs, or thrown back when one could not be recorded', () => {
    const delivery = s3.parse(put, invocation);
    const run = { job: 'thumbnails', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' } as const;
    expect(s3.answer(delivery, { dispatched: [run], unrecorded: [] })).toEqual({
      runs: [{ runId: 'k3j5h2', job: 'thumbnails', status: 'queued' }],
    });
    const error = new Error('ledger down');
    const unrecorded = [{ job: 'thumbnails', records: [0], error }];
    expect(() => s3.answer(delivery, { dispatched: [run], unrecorded })).toThrow('ledger down');
    expect(() => s3.refuse(error, put)).toThrow('ledger down');
  });
});
