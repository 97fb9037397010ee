import { gzipSync } from 'node:zlib';
import type { SourceName } from '../shared/events/trigger-event.ts';

const region = 'eu-west-1';
const account = '123456789012';
const order = {
  orderId: 7_001,
  customer: { id: 'c-4711', name: 'Ada Lovelace', country: 'GB' },
  lines: Array.from({ length: 8 }, (_, sku) => ({ sku: `sku-${sku}`, quantity: sku + 1, price: 19.9 })),
  note: 'Leave it with the neighbours, they know. 📦',
  at: '2026-11-20T10:00:00.000Z',
};
const body = JSON.stringify(order);
const headers = Object.fromEntries([
  ['content-type', 'application/json'],
  ['host', 'abc123.execute-api.eu-west-1.amazonaws.com'],
  ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'],
  ['x-forwarded-for', '192.0.2.7'],
  ['x-forwarded-port', '443'],
  ['x-forwarded-proto', 'https'],
  ['x-amzn-trace-id', 'Root=1-691ee520-0123456789abcdef01234567'],
  ...Array.from({ length: 14 }, (_, index) => [`x-header-${index}`, `a value of some length ${index}`]),
]);
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const sequenceOf = (index: number) => `4959033827149025660855969253836157109592157598913${6_588_000 + index}`;

/** One payload of each source, of the size and shape that is usual for it. */
export const benchPayloads: Readonly<Record<SourceName, unknown>> = {
  'http-api-gateway': {
    version: '2.0',
    routeKey: 'POST /orders',
    rawPath: '/orders',
    rawQueryString: 'dry=run&tag=a&tag=b',
    cookies: ['session=7', 'theme=dark'],
    headers,
    queryStringParameters: { dry: 'run', tag: 'a,b' },
    requestContext: {
      accountId: account,
      apiId: 'abc123',
      domainName: 'abc123.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'abc123',
      http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'x' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'POST /orders',
      stage: '$default',
      time: '20/Nov/2026:10:00:00 +0000',
      timeEpoch: 1_795_168_800_000,
    },
    body,
    isBase64Encoded: false,
  },
  'application-load-balancer': {
    requestContext: {
      elb: {
        targetGroupArn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/orders/0123456789abcdef`,
      },
    },
    httpMethod: 'POST',
    path: '/orders',
    queryStringParameters: { dry: 'run', tag: 'b' },
    headers,
    body,
    isBase64Encoded: false,
  },
  sqs: {
    Records: many(10, (index) => ({
      messageId: `059f36b4-87a3-44ab-83d2-66197${5_830_000 + index}`,
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a'.repeat(4),
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1795168800000',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1795168800001',
      },
      messageAttributes: {
        kind: { stringValue: 'order', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${region}:${account}:orders`,
      awsRegion: region,
    })),
  },
  sns: {
    Records: [
      {
        EventVersion: '1.0',
        EventSubscriptionArn: `arn:aws:sns:${region}:${account}:orders:0b6941c3-f04d-4d3e-a66d-b1df00e1e381`,
        EventSource: 'aws:sns',
        Sns: {
          Type: 'Notification',
          MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
          TopicArn: `arn:aws:sns:${region}:${account}:orders`,
          Subject: 'A new order',
          Message: body,
          Timestamp: '2026-11-20T10:00:00.000Z',
          SignatureVersion: '1',
          Signature:
            'EXAMPLEpH+DcEwjAPg8O9mY8dReBSwksfg2S7WKQcikcNKWLQjwu6A4VbeS0QHVCkhRS7fUQvi2egU3N858fiTDN6bkk',
          SigningCertUrl: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ac565b8b.pem',
          UnsubscribeUrl: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=x',
          MessageAttributes: { kind: { Type: 'String', Value: 'order' } },
        },
      },
    ],
  },
  'event-bus': {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Order Placed',
    source: 'acme.orders',
    account,
    time: '2026-11-20T10:00:00Z',
    region,
    resources: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders'],
    detail: { ...order, history: many(6, () => order.customer) },
  },
  schedule: {
    signalbox: { rule: 'nightly-report-0a1b2c3d' },
    event: {
      version: '0',
      id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account,
      time: '2026-11-20T02:00:00Z',
      region,
      resources: [`arn:aws:events:${region}:${account}:rule/media-prod-nightly-report-0a1b2c3d`],
      detail: {},
    },
  },
  s3: {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: '2026-11-20T10:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:AIDAINPONIXQXHT3IKHL2' },
        requestParameters: { sourceIPAddress: '192.0.2.7' },
        responseElements: {
          'x-amz-request-id': 'D82B88E5F771F645',
          'x-amz-id-2': 'vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo=',
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'thumbnail-0a1b2c3d',
          bucket: {
            name: 'uploads',
            ownerIdentity: { principalId: 'A3I5XTEXAMAI3E' },
            arn: 'arn:aws:s3:::uploads',
          },
          object: {
            key: 'in/2026/11/20/holiday+picture+%28final%29.jpg',
            size: 1_305_107,
            eTag: 'b21b84d653bb07b05b1e6b33684dc11b',
            versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
            sequencer: '0C0F6F405D6ED209E1',
          },
        },
      },
    ],
  },
  'kinesis-stream': {
    Records: many(100, (index) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: `customer-${index}`,
        sequenceNumber: sequenceOf(index),
        data: Buffer.from(body).toString('base64'),
        approximateArrivalTimestamp: 1_795_168_800.123,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000006:${sequenceOf(index)}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${account}:role/signalbox-kinesis`,
      awsRegion: region,
      eventSourceARN: `arn:aws:kinesis:${region}:${account}:stream/clicks`,
    })),
  },
  'dynamo-db-stream': {
    Records: many(100, (index) => ({
      eventID: `c4ca4238a0b923820dcc509a6f7${58_490 + index}`,
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      dynamodb: {
        ApproximateCreationDateTime: 1_795_168_800,
        Keys: { id: { S: `order-${index}` } },
        NewImage: toItem(index, 'shipped'),
        OldImage: toItem(index, 'placed'),
        SequenceNumber: `45842620000000000159${81_600 + index}`,
        SizeBytes: 412,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: `arn:aws:dynamodb:${region}:${account}:table/orders/stream/2026-01-01T00:00:00.000`,
    })),
  },
  'cloudwatch-log': {
    awslogs: {
      data: gzipSync(
        JSON.stringify({
          messageType: 'DATA_MESSAGE',
          owner: account,
          logGroup: '/acme/orders',
          logStream: 'orders/web/0a1b2c3d',
          subscriptionFilters: ['alert-0a1b2c3d'],
          logEvents: many(50, (index) => ({
            id: `3719473${Math.trunc(1e9 / (index + 1))}0000000000000000000000000000000000000`,
            timestamp: 1_795_168_800_000 + index,
            message: JSON.stringify({ level: 'ERROR', index, order }),
          })),
        }),
      ).toString('base64'),
    },
  },
  manual: { job: 'on-manual', input: { order, orders: many(5, () => order) } },
};

function toItem(index: number, state: string) {
  return {
    id: { S: `order-${index}` },
    state: { S: state },
    total: { N: '199.99' },
    count: { N: String(index) },
    paid: { BOOL: true },
    tags: { SS: ['new', 'gift'] },
    address: { M: { city: { S: 'Bratislava' }, zip: { S: '81101' }, floor: { NULL: true } } },
    lines: { L: many(4, (sku) => ({ M: { sku: { S: `sku-${sku}` }, quantity: { N: '2' } } })) },
  };
}
