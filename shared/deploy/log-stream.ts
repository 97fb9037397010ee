import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { call } from '../aws/call.ts';
import { type ClientOptions, requestHandler } from '../aws/client-options.ts';
import { toAwsFailure } from '../aws/errors.ts';
import { toStageError } from './stage-error.ts';

export type LogStream = { readonly group: string; readonly stream: string };

export type LogStreams = {
  /** Gives a reader: each of its calls gives what came since the call before. */
  open(place: LogStream): () => AsyncGenerator<string, void, undefined>;
  close(): void;
};

/**
 * Log streams of CloudWatch, oldest line first; one that isn't there, or not yet, has no lines. The readers throw
 * StageError. Not by FilterLogEvents, which searches a whole group.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export function createLogStreams(options: ClientOptions & { readonly region: string }): LogStreams {
  const client = new CloudWatchLogsClient({ ...options, requestHandler, maxAttempts: 5 });
  return {
    open({ group, stream }) {
      let token: string | undefined;
      const page = async () => {
        const command = new GetLogEventsCommand({
          logGroupName: group,
          logStreamName: stream,
          startFromHead: true,
          ...(token !== undefined && { nextToken: token }),
        });
        try {
          return await call((sending) => client.send(command, sending));
        } catch (error) {
          if (toAwsFailure(error).name === 'ResourceNotFoundException') return undefined;
          throw toStageError(error, { what: `the log group ${group}`, region: options.region });
        }
      };
      return async function* read() {
        for (;;) {
          const answer = await page();
          if (answer === undefined) return;
          for (const { message = '' } of answer.events ?? []) yield `${message}\n`;
          // A page may be empty although more follow; only the same token again is the end.
          if (answer.nextForwardToken === undefined || answer.nextForwardToken === token) return;
          token = answer.nextForwardToken;
        }
      };
    },
    close: () => client.destroy(),
  };
}
