import { describe, expect, it } from 'vitest';
import { LedgerError } from '../../shared/runs/ledger.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import type { Source } from '../../shared/sources/source.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { toFormat2 } from '../fixtures/payloads/http-api-request.ts';
import { queueArn, toQueueMessage } from '../support/aws-messages.ts';
import { atEnd } from '../support/folder.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { createRouterWorld, orderRoute } from './world.ts';

const reason = 'the event has 400 bytes, and no payload store is set up';

/** A ledger that keeps no event of more than 1000 characters. */
function open() {
  const ledger = createMemoryLedger(Date.now);
  const world = createRouterWorld(
    {
      ship: {
        events: [{ type: 'sqs', properties: { sqsQueueArn: queueArn, batching: 'record' } }, orderRoute],
      },
    },
    {
      ledger: {
        ...ledger,
        accept: async (draft, settle) => {
          if (draft.event.length > 1000) throw new LedgerError(reason, { reason: 'too-large' });
          return ledger.accept(draft, settle);
        },
      },
    },
  );
  atEnd(world.remove);
  return world;
}

const toDelivery = (source: Source, payload: unknown) =>
  source.parse(payload, { requestId: 'request-1', functionArn: 'arn:aws:lambda:eu-west-1:1:function:f' });

const messages = {
  Records: [
    toQueueMessage('small', { messageId: 'message-1' }),
    toQueueMessage('x'.repeat(1000), { messageId: 'message-2' }),
    toQueueMessage('small too', { messageId: 'message-3' }),
  ],
};

describe('an event that is too large to be kept', () => {
  it('becomes a failed run where nobody would make it smaller, and holds up nobody', async () => {
    const world = open();
    const { dispatched, unrecorded } = await world.router.route(toDelivery(sqs, messages));
    expect(unrecorded).toEqual([]);
    expect(dispatched.map(({ status }) => status)).toEqual(['queued', 'failed', 'queued']);
    const failed = (await world.runs()).find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ job: 'ship', tooLarge: true, cause: { class: 'bad-event', reason } });
    const event = JSON.parse((await world.ledger.loadEvent(failed?.id ?? '')) ?? '{}');
    expect(event).toEqual({ error: reason, sizeBytes: expect.any(Number) });
    expect(event.sizeBytes).toBeGreaterThan(1000);
  });

  it('is one failed run, however often it is delivered', async () => {
    const world = open();
    await world.router.route(toDelivery(sqs, messages));
    const again = await world.router.route(toDelivery(sqs, messages));
    expect(again.dispatched.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect(await world.runs()).toHaveLength(3);
  });

  it('is refused where its sender hears of it, and nothing is recorded', async () => {
    const world = open();
    const request = toFormat2('POST', '/orders', {
      routeKey: 'POST /orders',
      headers: {},
      body: 'x'.repeat(1000),
    });
    const { dispatched, unrecorded } = await world.router.route(toDelivery(httpApiGateway, request));
    expect(dispatched).toEqual([]);
    expect(unrecorded).toMatchObject([{ job: 'ship', error: { reason: 'too-large' } }]);
    expect(await world.runs()).toEqual([]);
  });
});
