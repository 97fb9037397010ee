import type { SourceName } from '../events/trigger-event.ts';
import { applicationLoadBalancer } from './application-load-balancer.ts';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { dynamoDbStream } from './dynamo-db-stream.ts';
import { eventBus } from './event-bus.ts';
import { httpApiGateway } from './http-api-gateway.ts';
import { kinesisStream } from './kinesis-stream.ts';
import { manual } from './manual.ts';
import { s3 } from './s3.ts';
import { schedule } from './schedule.ts';
import { sns } from './sns.ts';
import type { Source } from './source.ts';
import { sqs } from './sqs.ts';

/** Every event source, for where all of them are at hand: the local router, `explain`. A Lambda has just its own. */
export const sources: Readonly<Record<SourceName, Source>> = {
  'http-api-gateway': httpApiGateway,
  'application-load-balancer': applicationLoadBalancer,
  sqs,
  sns,
  'event-bus': eventBus,
  schedule,
  s3,
  'kinesis-stream': kinesisStream,
  'dynamo-db-stream': dynamoDbStream,
  'cloudwatch-log': cloudwatchLog,
  manual,
};
