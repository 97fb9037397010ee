import { randomUUID } from 'node:crypto';
import { toHttpApiPayload } from '../../shared/local/http-payload.ts';
import { account, region } from '../stand-in/core.ts';
import { toQueueMessage } from '../support/aws-messages.ts';
import { type Delivery, toBody } from './deliveries.ts';
import { apiName, toQueueArn } from './jobs.ts';

/** The headers of a client that repeats its request until it is answered. */
export function toHeaders({ number }: Delivery): Readonly<Record<string, string>> {
  return { 'content-type': 'application/json', 'idempotency-key': `event-${number}` };
}

/** The request as API Gateway hands it to a function. */
export function toHttpPayload(delivery: Delivery): unknown {
  const path = `/${delivery.job}`;
  return toHttpApiPayload(
    {
      method: 'POST',
      rawUrl: path,
      rawHeaders: Object.entries(toHeaders(delivery)).flat(),
      body: Buffer.from(JSON.stringify(toBody(delivery))),
      sourceIp: '203.0.113.9',
      requestId: randomUUID(),
      timeMs: Date.now(),
    },
    { apiName, routeKey: `POST ${path}`, method: 'POST', path, pathParameters: {}, payloadFormat: '2.0' },
  );
}

/** A batch of one job's queue. */
export function toQueuePayload(
  batch: readonly { readonly delivery: Delivery; readonly sends: number }[],
): unknown {
  return {
    Records: batch.map(({ delivery, sends }) =>
      toQueueMessage(JSON.stringify(toBody(delivery)), {
        messageId: `message-${delivery.number}`,
        attributes: {
          ApproximateReceiveCount: String(sends),
          SentTimestamp: '1795168800123',
          SenderId: 'chaos',
          ApproximateFirstReceiveTimestamp: '1795168800456',
        },
        eventSourceARN: toQueueArn(delivery.job),
      }),
    ),
  };
}

/** An event of the bus, with the marker that our rules put around it. */
export function toBusPayload(delivery: Delivery, rule: string): unknown {
  return {
    signalbox: { rule },
    event: {
      version: '0',
      id: `event-${delivery.number}`,
      'detail-type': delivery.job,
      source: 'chaos',
      account,
      time: '2026-11-20T10:00:00Z',
      region,
      resources: [],
      detail: toBody(delivery),
    },
  };
}
