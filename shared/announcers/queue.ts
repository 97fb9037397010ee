import type { SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { call } from '../aws/call.ts';
import { gather, toReasons } from './gather.ts';
import { mostBytes, sizeOf } from './message.ts';

/** A text for a queue or a topic. `group` and `id` are for FIFO ones: what is sent twice with one id comes once. */
export type Message = {
  readonly text: string;
  readonly subject: string;
  readonly group: string;
  readonly id: string;
  readonly traceparent: string | undefined;
};

/**
 * Sends messages to queues, by ARN.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
export function createSendMessage(clientOf: (queueArn: string) => Promise<SQSClient>) {
  return gather<Message>({
    mostBytes,
    sizeOf: sizeOfMessage,
    async send(queueArn, messages) {
      const [client, { SendMessageBatchCommand }] = await Promise.all([
        clientOf(queueArn),
        import('@aws-sdk/client-sqs'),
      ]);
      const entries = messages.map((message, index) => toEntry(message, index, isFifo(queueArn)));
      const command = new SendMessageBatchCommand({
        QueueUrl: toQueueUrl(client, queueArn),
        Entries: entries,
      });
      const { Successful, Failed } = await call((sending) => client.send(command, sending));
      return toReasons(
        entries.map(({ Id }) => Id ?? ''),
        Successful,
        Failed,
      );
    },
  });
}

function toEntry(message: Message, index: number, isFifo: boolean): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: message.text,
    ...toAttributes(message),
    ...toOrder(message, isFifo),
  };
}

/** At the host that the SDK knows for the region, which is another one in each partition. */
function toQueueUrl({ config }: SQSClient, arn: string): string {
  const [, , , Region = '', account, name] = arn.split(':');
  const { url } = config.endpointProvider({ Region, UseFIPS: false, UseDualStack: false }, {});
  return new URL(`/${account}/${name}`, url).href;
}

export function sizeOfMessage({ text, subject, traceparent = '' }: Message): number {
  return sizeOf(text) + subject.length + traceparent.length + attributeBytes;
}

/** Name and type of the attribute. */
const attributeBytes = 17;

/** Where the source `sqs`, and others that know of trace context, look for it. */
export function toAttributes({ traceparent }: Message) {
  return traceparent === undefined
    ? {}
    : { MessageAttributes: { traceparent: { DataType: 'String', StringValue: traceparent } } };
}

export function toOrder({ group, id }: Message, isFifo: boolean) {
  return isFifo ? { MessageGroupId: group, MessageDeduplicationId: id } : {};
}

export function isFifo(arn: string): boolean {
  return arn.endsWith('.fifo');
}
