import { CreateQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createSqsWaker } from '../../../shared/wakers/sqs.ts';
import { parseWakeMessage, type WakeMessage } from '../../../shared/wakers/wake-message.ts';
import { runId, start, toRun, toRunId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createMotoClients, toEndpoint, toOwnName } from './moto.ts';

async function openWaker() {
  const clients = createMotoClients();
  const sqs = await clients.sqs();
  const name = toOwnName('wake');
  await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const queueUrl = `${toEndpoint()}/123456789012/${name}`;
  return { sqs, queueUrl, waker: createSqsWaker({ client: clients.sqs, queueUrl, now: () => start }) };
}

function toWaiting(id: string, seconds: number) {
  const at = start + seconds * 1000;
  return toRun({ id, status: 'waiting', next: { attempt: 1, start: 2, at }, dueAt: at });
}

async function receive(sqs: SQSClient, queueUrl: string): Promise<readonly (WakeMessage | undefined)[]> {
  const request = { QueueUrl: queueUrl, MaxNumberOfMessages: 10 };
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
  return Messages.map(({ Body = '' }) => parseWakeMessage(Body));
}

describe("the wake queue in moto's SQS", () => {
  it('gives out what is due at once', async () => {
    const { waker, sqs, queueUrl } = await openWaker();
    await waker.wake(toWaiting(runId, 0));
    expect(await receive(sqs, queueUrl)).toEqual([{ runId, at: start }]);
  });

  it('holds back what is due in a second', async () => {
    const { waker, sqs, queueUrl } = await openWaker();
    await waker.wake(toWaiting(runId, 1));
    expect(await receive(sqs, queueUrl)).toEqual([]);
    const messages = await until('the message', async () => {
      const received = await receive(sqs, queueUrl);
      return received.length > 0 && received;
    });
    expect(messages).toEqual([{ runId, at: start + 1000 }]);
  });

  it('takes the longest delay that there is for what is due next year', async () => {
    const { waker, sqs, queueUrl } = await openWaker();
    await waker.wake(toWaiting(runId, 86_400 * 365));
    expect(await receive(sqs, queueUrl)).toEqual([]);
  });

  it('takes many at once', async () => {
    const { waker, sqs, queueUrl } = await openWaker();
    const ids = Array.from({ length: 25 }, (_, index) => toRunId(index));
    await Promise.all(ids.map((id) => waker.wake(toWaiting(id, 0))));
    const woken: (string | undefined)[] = [];
    for (let times = 0; times < 3; times++) {
      woken.push(...(await receive(sqs, queueUrl)).map((message) => message?.runId));
    }
    expect(woken.sort()).toEqual(ids.sort());
  });

  it('rejects when there is no queue', async () => {
    const clients = createMotoClients();
    const queueUrl = `${toEndpoint()}/123456789012/${toOwnName('none')}`;
    const waker = createSqsWaker({ client: clients.sqs, queueUrl, now: () => start });
    await expect(waker.wake(toWaiting(runId, 0))).rejects.toThrow(
      /^the wake-up of run 0fq7m2k9x4c8v1b6n3z5h0t2wr could not be sent: QueueDoesNotExist/,
    );
  });
});
