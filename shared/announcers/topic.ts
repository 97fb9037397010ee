import type { SNSClient } from '@aws-sdk/client-sns';
import { call } from '../aws/call.ts';
import { gather, toReasons } from './gather.ts';
import { mostBytes } from './message.ts';
import { isFifo, type Message, sizeOfMessage, toAttributes, toOrder } from './queue.ts';

/**
 * Publishes messages to topics, by ARN.
 * https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
 */
export function createPublish(clientOf: (topicArn: string) => Promise<SNSClient>) {
  return gather<Message>({
    mostBytes,
    sizeOf: sizeOfMessage,
    async send(topicArn, messages) {
      const [client, { PublishBatchCommand }] = await Promise.all([
        clientOf(topicArn),
        import('@aws-sdk/client-sns'),
      ]);
      const entries = messages.map((message, index) => ({
        Id: String(index),
        Message: message.text,
        Subject: message.subject,
        ...toAttributes(message),
        ...toOrder(message, isFifo(topicArn)),
      }));
      const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: entries });
      const { Successful, Failed } = await call((sending) => client.send(command, sending));
      return toReasons(
        entries.map(({ Id }) => Id),
        Successful,
        Failed,
      );
    },
  });
}
