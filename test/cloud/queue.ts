import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

export type PollOptions = {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** How many batches are followed at once: the mapping's maximum concurrency. */
  readonly lines: number;
  /** Gives what the function answers. */
  readonly follow: (line: number, payload: unknown) => Promise<unknown>;
  /** Hears of a batch that could not be received, followed or deleted; it comes again. Says so on stderr by default. */
  readonly fail?: (error: unknown) => void;
};

/** Does what Lambda's event source mapping does: hands batches to a function, and deletes what did not fail. */
export function pollQueue({ sqs, queueUrl, lines, follow, fail = tell }: PollOptions): {
  readonly stop: () => Promise<void>;
} {
  const end = new AbortController();
  const all = Array.from({ length: lines }, (_, line) => poll(line));
  return {
    async stop() {
      end.abort();
      await Promise.all(all);
    },
  };

  async function poll(line: number): Promise<void> {
    while (!end.signal.aborted) {
      try {
        await takeBatch(line);
      } catch (error) {
        if (!end.signal.aborted) fail(error);
      }
    }
  }

  async function takeBatch(line: number): Promise<void> {
    const receive = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      VisibilityTimeout: 60,
    });
    const { Messages = [] } = await sqs.send(receive, { abortSignal: end.signal });
    if (Messages.length === 0) return;
    const answer = await follow(line, {
      Records: Messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body })),
    });
    const failed = new Set(idsIn(answer));
    const done = Messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
    if (done.length === 0) return;
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
}

function tell(error: unknown): void {
  process.stderr.write(`the wake queue: ${error}\n`);
}

function idsIn(answer: unknown): readonly string[] {
  const failures =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'batchItemFailures') : undefined;
  if (!Array.isArray(failures)) throw new Error('the function gave no batchItemFailures');
  return failures.map(({ itemIdentifier }) => String(itemIdentifier));
}
