import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { ClientOptions } from '../../shared/aws/client-options.ts';
import type { ClientsOf } from '../../shared/aws/regions.ts';
import { createRegions } from '../../shared/aws/regions.ts';
import type { Announcement } from '../../shared/runs/effect.ts';
import type { FailureDestination } from '../../shared/runs/plan.ts';
import type { Run } from '../../shared/runs/run.ts';
import { type PlanChange, start, toPlan, toRun } from './draft.ts';
import { type Fauxqs, region } from './fauxqs.ts';
import { atEnd } from './folder.ts';

export const account = '000000000000';

export function toAnnouncement(change: Partial<Announcement> = {}): Announcement {
  return { what: 'failed', at: start, attempt: 1, ...change };
}

/** A run that failed for good at its first attempt. */
export function toFailedRun(change: Partial<Run> = {}, plan: PlanChange = {}): Run {
  const cause = { class: 'exit-code', reason: 'it ended with exit code 3', exitCode: 3 } as const;
  return toRun({
    status: 'failed',
    plan: toPlan(plan),
    startedAt: start,
    endedAt: start + 9000,
    cause,
    attempts: [
      {
        number: 1,
        askedAt: start,
        startBy: start + 60_000,
        start: { number: 1, token: 't-1-1', askedAt: start, deadlineAt: start + 120_000, unknownAnswers: 0 },
        refusals: 0,
        interruptions: 0,
        startedAt: start + 1000,
        endedAt: start + 9000,
        failure: cause,
      },
    ],
    ...change,
  } as Partial<Run>);
}

/** The SDK's clients as the functions have them, but for where they call. */
export function clientsAt(endpoint: string, change: ClientOptions = {}): ClientsOf {
  const accessKeyId = 'AKIATESTTESTTEST';
  const credentials = async () => ({ accessKeyId, secretAccessKey: 'a-secret-of-the-tests' });
  return createRegions({ region, credentials, endpoint, ...change });
}

/** A queue or a topic of fauxqs, and what has arrived there so far. */
export type Destination<Type = FailureDestination['type']> = {
  readonly onFailure: { readonly type: Type; readonly arn: string };
  readonly receive: () => Promise<readonly Message[]>;
};

export async function createQueueDestination(
  fauxqs: Fauxqs,
  name: string,
  most?: number,
): Promise<Destination<'sqs'>> {
  const receive = await openQueue(fauxqs, name, most);
  return { onFailure: { type: 'sqs', arn: toArn('sqs', name) }, receive };
}

/** A topic, to which a queue is subscribed that gets messages as they are. */
export async function createTopicDestination(fauxqs: Fauxqs, name: string): Promise<Destination<'sns'>> {
  const receive = await openQueue(fauxqs, `of-${name}`);
  const credentials = { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'a-secret-of-the-tests' };
  const sns = new SNSClient({ endpoint: fauxqs.endpoint, region, credentials });
  atEnd(() => sns.destroy());
  const isFifo = name.endsWith('.fifo');
  const { TopicArn = '' } = await sns.send(
    new CreateTopicCommand({ Name: name, ...(isFifo && { Attributes: { FifoTopic: 'true' } }) }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: toArn('sqs', `of-${name}`),
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  fauxqs.requests.length = 0;
  return { onFailure: { type: 'sns', arn: TopicArn }, receive };
}

export function toArn(service: string, name: string): string {
  return `arn:aws:${service}:${region}:${account}:${name}`;
}

async function openQueue({ sqs, endpoint, requests }: Fauxqs, name: string, most = 262_144) {
  const isFifo = name.endsWith('.fifo');
  const Attributes = { MaximumMessageSize: String(most), ...(isFifo && { FifoQueue: 'true' }) };
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  requests.length = 0;
  const QueueUrl = `${endpoint}/${account}/${name}`;
  const all: Message[] = [];
  return async () => {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages);
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
}
