import { gunzipSync } from 'node:zlib';
import type {
  ALBEvent,
  APIGatewayProxyEventV2,
  CloudWatchLogsDecodedData,
  CloudWatchLogsEvent,
  KinesisStreamEvent,
  SNSEvent,
  SQSEvent,
} from 'aws-lambda';
import type { SourceName } from '../shared/events/trigger-event.ts';

/** The least that has to be done: decode what is encoded, and write it down. It trusts its input. */
export const floors: Readonly<Record<SourceName, (text: string) => string>> = {
  'http-api-gateway'(text) {
    const event: APIGatewayProxyEventV2 = JSON.parse(text);
    return JSON.stringify({ ...event, body: JSON.parse(event.body ?? '') });
  },
  'application-load-balancer'(text) {
    const event: ALBEvent = JSON.parse(text);
    return JSON.stringify({ ...event, body: JSON.parse(event.body ?? '') });
  },
  sqs(text) {
    const { Records }: SQSEvent = JSON.parse(text);
    return JSON.stringify(Records.map((record) => ({ ...record, body: JSON.parse(record.body) })));
  },
  sns(text) {
    const { Records }: SNSEvent = JSON.parse(text);
    return JSON.stringify(Records.map(({ Sns }) => ({ ...Sns, Message: JSON.parse(Sns.Message) })));
  },
  'kinesis-stream'(text) {
    const { Records }: KinesisStreamEvent = JSON.parse(text);
    return JSON.stringify(
      Records.map((record) => ({
        ...record,
        data: JSON.parse(Buffer.from(record.kinesis.data, 'base64').toString()),
      })),
    );
  },
  'cloudwatch-log'(text) {
    const { awslogs }: CloudWatchLogsEvent = JSON.parse(text);
    const lines = gunzipSync(Buffer.from(awslogs.data, 'base64')).toString();
    const decoded: CloudWatchLogsDecodedData = JSON.parse(lines);
    const logEvents = decoded.logEvents.map((line) => ({ ...line, message: JSON.parse(line.message) }));
    return JSON.stringify({ ...decoded, logEvents });
  },
  'event-bus': rewrite,
  schedule: rewrite,
  s3: rewrite,
  'dynamo-db-stream': rewrite,
  manual: rewrite,
};

function rewrite(text: string): string {
  return JSON.stringify(JSON.parse(text));
}
