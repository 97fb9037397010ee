/** A delivery of an SQS queue, as Lambda hands it to a function; each message is an order with a number of its own. */
export function toQueueDelivery(demoId: string, orders: readonly number[]) {
  return {
    Records: orders.map((order) => ({
      messageId: `${demoId}-${order}`,
      receiptHandle: 'not-used-here',
      body: JSON.stringify({ order, name: 'Ada Lovelace', city: 'London' }),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(Date.now()),
        SenderId: 'demo',
        ApproximateFirstReceiveTimestamp: String(Date.now()),
      },
      messageAttributes: {},
      md5OfBody: 'not-used-here',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
      awsRegion: 'eu-west-1',
    })),
  };
}
