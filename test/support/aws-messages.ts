/** What AWS's services put into messages, made up here; `changes` replaces or adds keys. */

type Changes = { readonly [key: string]: unknown };

export const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:orders';
export const topicArn = 'arn:aws:sns:eu-west-1:123456789012:news';

/** One of the `Records` of an SQS event. */
export function toQueueMessage(body: string, changes: Changes = {}) {
  return {
    messageId: 'f3a1c9d2-6a0e-4f7b-9c51-2f6f0a7be001',
    receiptHandle: 'AQEBreceipt',
    body,
    attributes: {
      ApproximateReceiveCount: '2',
      SentTimestamp: '1795168800123',
      SenderId: 'AROAEXAMPLE:producer',
      ApproximateFirstReceiveTimestamp: '1795168800456',
    },
    messageAttributes: {},
    md5OfBody: '0123456789abcdef0123456789abcdef',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'eu-west-1',
    ...changes,
  };
}

/** A notification as a queue gets it, and, but for the names of two addresses, as Lambda does. */
export function toNotification(message: string, changes: Changes = {}) {
  return {
    Type: 'Notification',
    MessageId: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
    TopicArn: topicArn,
    Message: message,
    Timestamp: '2026-11-20T10:00:01.000Z',
    SignatureVersion: '1',
    Signature: 'c2lnbmF0dXJl',
    SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/cert.pem',
    UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
    ...changes,
  };
}

/** One of the `Records` of an SNS event. */
export function toTopicRecord(message: string, changes: Changes = {}) {
  return {
    EventVersion: '1.0',
    EventSubscriptionArn: `${topicArn}:5d1a2b3c`,
    EventSource: 'aws:sns',
    Sns: toNotification(message, changes),
  };
}

/** One of the `Records` of an S3 event; `object` replaces or adds keys of the object. */
export function toChange(key: string, object: Changes = {}, changes: Changes = {}) {
  return {
    eventVersion: '2.3',
    eventSource: 'aws:s3',
    awsRegion: 'eu-west-1',
    eventTime: '2026-11-20T10:00:00.500Z',
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
    requestParameters: { sourceIPAddress: '192.0.2.7' },
    responseElements: { 'x-amz-request-id': 'REQUEST1', 'x-amz-id-2': 'host-1' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'uploads-to-router',
      bucket: {
        name: 'uploads',
        ownerIdentity: { principalId: 'EXAMPLE' },
        arn: 'arn:aws:s3:::uploads',
      },
      object: {
        key,
        size: 1024,
        eTag: '9e107d9d372bb6826bd81d3542a419d6',
        sequencer: '0066F1A2B3C4D5E6F7',
        ...object,
      },
    },
    ...changes,
  };
}

/**
 * A change as EventBridge tells of it: by default the same as toChange. `object` replaces or adds keys of the object,
 * `detail` of the detail.
 */
export function toBridgedChange(
  key: string,
  object: Changes = {},
  detail: Changes = {},
  changes: Changes = {},
) {
  return {
    version: '0',
    id: '2ee9cc15-d022-99ea-1fb8-1b1bac4850f9',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '123456789012',
    time: '2026-11-20T10:00:00Z',
    region: 'eu-west-1',
    resources: ['arn:aws:s3:::uploads'],
    detail: {
      version: '0',
      bucket: { name: 'uploads' },
      object: {
        key,
        size: 1024,
        etag: '9e107d9d372bb6826bd81d3542a419d6',
        sequencer: '0066F1A2B3C4D5E6F7',
        ...object,
      },
      'request-id': 'REQUEST1',
      requester: '123456789012',
      'source-ip-address': '192.0.2.7',
      reason: 'PutObject',
      ...detail,
    },
    ...changes,
  };
}

export const testEvent = {
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-11-20T09:59:00.000Z',
  Bucket: 'uploads',
  RequestId: 'REQUEST0',
  HostId: 'host-0',
};

/** An event of EventBridge. */
export function toBusEvent(detail: unknown, changes: Changes = {}) {
  return {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': 'Order Placed',
    source: 'acme.shop',
    account: '123456789012',
    time: '2026-11-20T10:00:02Z',
    region: 'eu-west-1',
    resources: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders'],
    detail,
    ...changes,
  };
}
