import type { Message } from './queue.ts';
import type { StreamRecord } from './shard.ts';

/** What Lambda hands to the handlers, in the shapes of AWS's, as far as the sources read them. */

const account = '123456789012';
const region = 'eu-west-1';
const time = '2026-11-20T10:00:00.000Z';

export const arns = {
  queue: (name: string) => `arn:aws:sqs:${region}:${account}:${name}`,
  topic: `arn:aws:sns:${region}:${account}:news`,
  bucket: 'arn:aws:s3:::uploads',
  stream: (name: string) => `arn:aws:kinesis:${region}:${account}:stream/${name}`,
  table: `arn:aws:dynamodb:${region}:${account}:table/orders/stream/2026-01-01T00:00:00.000`,
};

/** `unreadable` instead of a body: a message that its source can't read. */
export function toQueuePayload(queue: string, messages: readonly Message[]): unknown {
  return {
    Records: messages.map(({ id, body, sentAt, receives }) => ({
      messageId: id,
      receiptHandle: `${id}-${receives}`,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: body.startsWith('unreadable') ? 'yesterday' : String(sentAt),
        ...(queue.endsWith('.fifo') && { MessageGroupId: 'one' }),
      },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: arns.queue(queue),
      awsRegion: region,
    })),
  };
}

export function toKinesisPayload(stream: string, records: readonly StreamRecord[]): unknown {
  return {
    Records: records.map(({ sequenceNumber, marker }) => ({
      kinesis: {
        partitionKey: marker,
        sequenceNumber,
        data: Buffer.from(marker).toString('base64'),
        approximateArrivalTimestamp: 1_795_168_800,
      },
      eventSource: 'aws:kinesis',
      eventID: `shardId-000000000001:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      awsRegion: region,
      eventSourceARN: arns.stream(stream),
    })),
  };
}

export function toTablePayload(records: readonly StreamRecord[]): unknown {
  return {
    Records: records.map(({ sequenceNumber, marker }) => ({
      eventID: `event-${sequenceNumber}`,
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      eventSourceARN: arns.table,
      dynamodb: {
        ApproximateCreationDateTime: 1_795_168_800,
        Keys: { id: { S: marker } },
        NewImage: { id: { S: marker } },
        SequenceNumber: sequenceNumber,
        StreamViewType: 'NEW_IMAGE',
      },
    })),
  };
}

export function toTopicPayload(marker: string): unknown {
  return {
    Records: [
      {
        EventVersion: '1.0',
        EventSource: 'aws:sns',
        EventSubscriptionArn: `${arns.topic}:5d1a2b3c`,
        Sns: {
          Type: 'Notification',
          MessageId: `message-${marker}`,
          TopicArn: arns.topic,
          Message: marker,
          Timestamp: time,
          MessageAttributes: {},
        },
      },
    ],
  };
}

export function toBucketPayload(markers: readonly string[]): unknown {
  return {
    Records: markers.map((marker) => ({
      eventVersion: '2.3',
      eventSource: 'aws:s3',
      awsRegion: region,
      eventTime: time,
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'EXAMPLE' },
      requestParameters: { sourceIPAddress: '192.0.2.7' },
      responseElements: { 'x-amz-request-id': `request-${marker}`, 'x-amz-id-2': 'host-1' },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'uploads',
        bucket: { name: 'uploads', ownerIdentity: { principalId: 'EXAMPLE' }, arn: arns.bucket },
        object: { key: marker, size: 1024, eTag: 'etag', sequencer: `0066F1A2${marker.slice(7)}` },
      },
    })),
  };
}

export function toBusPayload(marker: string): unknown {
  return {
    version: '0',
    id: `event-${marker}`,
    'detail-type': 'Order Placed',
    source: 'acme.shop',
    account,
    time: '2026-11-20T10:00:00Z',
    region,
    resources: [],
    detail: { order: marker },
  };
}

/** `requestId` is another one each time that the client asks. */
export function toHttpPayload(
  marker: string,
  requestId: string,
  key: string | undefined,
  isSecret: boolean,
): unknown {
  return {
    version: '2.0',
    routeKey: 'POST /orders',
    rawPath: '/orders',
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(isSecret && { authorization: `Bearer ${marker}` }),
    },
    requestContext: {
      accountId: account,
      apiId: 'shop',
      domainName: 'shop.example.com',
      domainPrefix: 'shop',
      http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'x' },
      requestId,
      routeKey: 'POST /orders',
      stage: '$default',
      time: '20/Nov/2026:10:00:00 +0000',
      timeEpoch: 1_795_168_800_000,
    },
    body: JSON.stringify({ order: marker }),
    isBase64Encoded: false,
  };
}
