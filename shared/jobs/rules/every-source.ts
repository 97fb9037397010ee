import type { RuleCompilers } from '../routing-table.ts';
import { compileBucketRules } from './bucket.ts';
import { compileBusRules } from './bus.ts';
import { compileHttpRules } from './http.ts';
import { compileLoadBalancerRules } from './load-balancer.ts';
import { compileLogGroupRules } from './log-group.ts';
import { compileManualRules } from './manual.ts';
import { compileQueueRules } from './queue.ts';
import { compileScheduleRules } from './schedule.ts';
import { compileDynamoDbRules, compileKinesisRules } from './stream.ts';
import { compileTopicRules } from './topic.ts';

/** For where all sources are at hand: the local router, `explain`. A Lambda brings just its own. */
export const everySource: Required<RuleCompilers> = {
  'http-api-gateway': compileHttpRules,
  'application-load-balancer': compileLoadBalancerRules,
  sqs: compileQueueRules,
  sns: compileTopicRules,
  'event-bus': compileBusRules,
  schedule: compileScheduleRules,
  s3: compileBucketRules,
  'kinesis-stream': compileKinesisRules,
  'dynamo-db-stream': compileDynamoDbRules,
  'cloudwatch-log': compileLogGroupRules,
  manual: compileManualRules,
};
