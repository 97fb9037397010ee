import type { SourceName } from '../../../events/trigger-event.ts';
import type { JobEvent } from '../../../jobs/schema/event.ts';
import type { Part, StackContext } from '../part.ts';
import { toListenerRules } from './application-load-balancer.ts';
import { toLogSubscriptions } from './cloudwatch-log.ts';
import { toBusRules } from './event-bus.ts';
import { toRoutes } from './http-api-gateway.ts';
import { toNotifications } from './s3.ts';
import { toSchedules } from './schedule.ts';
import { toTopicSubscriptions } from './sns.ts';
import type { CompileSource, Rule, SourceRule } from './source-rules.ts';
import { toQueueMappings } from './sqs.ts';
import { toKinesisMappings, toTableMappings } from './stream.ts';

/** How each source is subscribed to. Nothing has to be for `manual`. */
const compilers: { readonly [T in Exclude<SourceName, 'manual'>]: CompileSource<T> } = {
  'http-api-gateway': toRoutes,
  'application-load-balancer': toListenerRules,
  sqs: toQueueMappings,
  sns: toTopicSubscriptions,
  'event-bus': toBusRules,
  schedule: toSchedules,
  s3: toNotifications,
  'kinesis-stream': toKinesisMappings,
  'dynamo-db-stream': toTableMappings,
  'cloudwatch-log': toLogSubscriptions,
};

/** The subscriptions of all jobs, source by source. */
export function toSources(context: StackContext): readonly Part[] {
  return Object.keys(compilers).map((source) => compile(source as keyof typeof compilers, context));
}

function compile<T extends keyof typeof compilers>(source: T, context: StackContext): Part {
  const rules: readonly SourceRule<T>[] = context.file.jobs.flatMap((job) =>
    job.events.flatMap((rule) => (isOf(rule, source) ? [{ job, rule }] : [])),
  );
  return rules.length === 0 ? { resources: {} } : compilers[source](rules, context);
}

function isOf<T extends JobEvent['type']>(rule: JobEvent, source: T): rule is Rule<T> {
  return rule.type === source;
}
