import { gzipSync } from 'node:zlib';

/** Deliveries of one source, by the numbers of the records in them. A record holds `record-<number>`. */
export type Deliveries = {
  readonly source: string;
  /** The `events` entry of jobs.yml that takes them. */
  readonly type: string;
  readonly properties: { readonly [name: string]: unknown };
  readonly toPayload: (numbers: readonly number[], ruleId: string) => unknown;
  /** Whether the source ever delivers a record with others than before. */
  readonly isRebatched: boolean;
  /** Whether each of them is for just one job. */
  readonly isForOneJob?: boolean;
  /** Of the invocation; another one each time, unless it's the same that is tried again. */
  readonly toRequestId?: (numbers: readonly number[]) => string;
};

const account = '123456789012';
const region = 'eu-west-1';
const name = (number: number) => `record-${number}`;
const queue = (suffix: string) => `arn:aws:sqs:${region}:${account}:orders${suffix}`;
const topic = `arn:aws:sns:${region}:${account}:orders`;
const stream = `arn:aws:kinesis:${region}:${account}:stream/clicks`;
const table = `arn:aws:dynamodb:${region}:${account}:table/orders/stream/2026-01-01T00:00:00.000`;
const first = ([number = 0]: readonly number[]) => number;

/** Every source. A client who delivers a request again has an Idempotency-Key for it. */
export const deliveries: readonly Deliveries[] = [
  ofQueue('sqs', '', (number) => JSON.stringify({ order: name(number) })),
  ofQueue('sqs, FIFO', '.fifo', (number) => JSON.stringify({ order: name(number) })),
  ofQueue('sqs with S3 in SNS', '', (number) =>
    JSON.stringify({
      ...toNotification(number),
      Message: JSON.stringify({ Records: [toObjectCreated(number)] }),
    }),
  ),
  {
    source: 'sns',
    type: 'sns',
    properties: { snsTopicArn: topic },
    isRebatched: true,
    toPayload: (numbers) => ({
      Records: numbers.map((number) => ({
        EventVersion: '1.0',
        EventSource: 'aws:sns',
        EventSubscriptionArn: `${topic}:0b6941c3`,
        Sns: toNotification(number),
      })),
    }),
  },
  {
    source: 's3',
    type: 's3',
    properties: { bucketArn: 'arn:aws:s3:::uploads', s3EventType: 's3:ObjectCreated:*' },
    isRebatched: true,
    toPayload: (numbers) => ({ Records: numbers.map(toObjectCreated) }),
  },
  {
    source: 'kinesis-stream',
    type: 'kinesis-stream',
    properties: { streamArn: stream },
    isRebatched: true,
    toPayload: toKinesis,
  },
  {
    source: 'kinesis-stream, several deliveries of a shard at a time',
    type: 'kinesis-stream',
    properties: { streamArn: stream, parallelizationFactor: 2 },
    isRebatched: true,
    toPayload: toKinesis,
  },
  {
    source: 'dynamo-db-stream',
    type: 'dynamo-db-stream',
    properties: { streamArn: table },
    isRebatched: true,
    toPayload: (numbers) => ({
      Records: numbers.map((number) => ({
        eventID: `c4ca4238${number}`,
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: region,
        eventSourceARN: table,
        dynamodb: {
          ApproximateCreationDateTime: 1_795_168_800 + number,
          Keys: { id: { S: name(number) } },
          NewImage: { id: { S: name(number) } },
          SequenceNumber: `4584262000000000015981600${number}`,
          SizeBytes: 26,
          StreamViewType: 'NEW_IMAGE',
        },
      })),
    }),
  },
  {
    source: 'cloudwatch-log',
    type: 'cloudwatch-log',
    properties: { logGroupArn: `arn:aws:logs:${region}:${account}:log-group:/acme/orders` },
    isRebatched: true,
    toPayload: (numbers) => ({
      awslogs: {
        data: gzipSync(
          JSON.stringify({
            messageType: 'DATA_MESSAGE',
            owner: account,
            logGroup: '/acme/orders',
            logStream: 'web/0',
            subscriptionFilters: ['all'],
            logEvents: numbers.map((number) => ({
              id: `3719473100000000000000000000000000000000000000000000000${number}`,
              timestamp: 1_795_168_800_000 + number,
              message: name(number),
            })),
          }),
        ).toString('base64'),
      },
    }),
  },
  {
    source: 'event-bus',
    type: 'event-bus',
    properties: { useDefaultBus: true, eventPattern: { source: ['acme.orders'] } },
    isRebatched: false,
    toPayload: (numbers) => ({
      version: '0',
      id: `17793124-05d4-b198-2fde-00000000000${first(numbers)}`,
      'detail-type': 'Order Placed',
      source: 'acme.orders',
      account,
      time: '2026-11-20T10:00:00Z',
      region,
      resources: [],
      detail: { order: name(first(numbers)) },
    }),
  },
  {
    source: 'schedule',
    type: 'schedule',
    properties: { scheduleRate: 'rate(1 minute)', input: { order: 'of the tick' } },
    isRebatched: false,
    isForOneJob: true,
    // A record's number is the minute of its tick.
    toPayload: (numbers, rule) => ({
      signalbox: { rule, scheduledTime: `2026-11-20T10:0${first(numbers)}:00Z` },
    }),
  },
  {
    source: 'http-api-gateway',
    type: 'http-api-gateway',
    properties: { httpApiGatewayName: 'shop', method: 'POST', path: '/orders', payloadFormat: '2.0' },
    isRebatched: false,
    isForOneJob: true,
    toPayload: (numbers) => ({
      version: '2.0',
      routeKey: 'POST /orders',
      rawPath: '/orders',
      rawQueryString: '',
      headers: { 'content-type': 'application/json', 'idempotency-key': name(first(numbers)) },
      requestContext: {
        accountId: account,
        apiId: 'shop',
        domainName: 'shop.example.com',
        domainPrefix: 'shop',
        http: {
          method: 'POST',
          path: '/orders',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.7',
          userAgent: 'x',
        },
        requestId: `request-${Math.random()}`,
        routeKey: 'POST /orders',
        stage: '$default',
        time: '20/Nov/2026:10:00:00 +0000',
        timeEpoch: 1_795_168_800_000,
      },
      body: JSON.stringify({ order: name(first(numbers)) }),
      isBase64Encoded: false,
    }),
  },
  {
    source: 'application-load-balancer',
    type: 'application-load-balancer',
    properties: { loadBalancerName: 'front', priority: 1, paths: ['/orders'] },
    isRebatched: false,
    isForOneJob: true,
    toPayload: (numbers) => ({
      requestContext: {
        elb: {
          targetGroupArn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/orders/73e2d6bc24d8a067`,
        },
      },
      httpMethod: 'POST',
      path: '/orders',
      queryStringParameters: {},
      headers: { 'content-type': 'application/json', 'idempotency-key': name(first(numbers)) },
      body: JSON.stringify({ order: name(first(numbers)) }),
      isBase64Encoded: false,
    }),
  },
  {
    source: 'manual',
    type: 'manual',
    properties: {},
    isRebatched: false,
    isForOneJob: true,
    toPayload: (numbers) => ({ job: 'only', input: { order: name(first(numbers)) } }),
    toRequestId: (numbers) => `request-${first(numbers)}`,
  },
];

function ofQueue(source: string, suffix: string, toBody: (number: number) => string): Deliveries {
  return {
    source,
    type: 'sqs',
    properties: { sqsQueueArn: queue(suffix) },
    isRebatched: true,
    toPayload: (numbers) => ({
      Records: numbers.map((number) => ({
        messageId: `059f36b4-87a3-44ab-83d2-00000000000${number}`,
        // Another one each time that it's received.
        receiptHandle: `handle-${Math.random()}`,
        body: toBody(number),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: String(1_795_168_800_000 + number),
          SenderId: 'AIDAIENQZJOLO23YVJ4VO',
          ApproximateFirstReceiveTimestamp: '1795168800001',
          ...(suffix === '.fifo' && {
            SequenceNumber: `1884949684532043776${number}`,
            MessageGroupId: 'one',
            MessageDeduplicationId: name(number),
          }),
        },
        messageAttributes: {},
        md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
        eventSource: 'aws:sqs',
        eventSourceARN: queue(suffix),
        awsRegion: region,
      })),
    }),
  };
}

function toNotification(number: number) {
  return {
    Type: 'Notification',
    MessageId: `95df01b4-ee98-5cb9-9903-00000000000${number}`,
    TopicArn: topic,
    Message: name(number),
    Timestamp: '2026-11-20T10:00:00.000Z',
    SignatureVersion: '1',
    Signature: 'signature',
    MessageAttributes: {},
  };
}

function toObjectCreated(number: number) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: '2026-11-20T10:00:00.000Z',
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'EXAMPLE' },
    requestParameters: { sourceIPAddress: '192.0.2.7' },
    responseElements: { 'x-amz-request-id': 'D82B88E5F771F645', 'x-amz-id-2': 'id' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'uploads',
      bucket: { name: 'uploads', ownerIdentity: { principalId: 'EXAMPLE' }, arn: 'arn:aws:s3:::uploads' },
      object: { key: name(number), size: 7, eTag: 'etag', sequencer: `0C0F6F405D6ED209E${number}` },
    },
  };
}

function toKinesis(numbers: readonly number[]) {
  return {
    Records: numbers.map((number) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: name(number),
        sequenceNumber: `4959033827149025660855969253836157109592157598913658800${number}`,
        data: Buffer.from(name(number)).toString('base64'),
        approximateArrivalTimestamp: 1_795_168_800 + number,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000006:4959033827149025660855969253836157109592157598913658800${number}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${account}:role/signalbox`,
      awsRegion: region,
      eventSourceARN: stream,
    })),
  };
}
