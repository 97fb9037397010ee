import { arnOf } from '../../cloudformation/value.ts';
import type { Part, StackContext } from '../part.ts';
import { StackError } from '../stack-error.ts';
import { bucketRulesPermission, findUnbridged, toBucketRule } from './bucket-rule.ts';
import { toInvokePermission } from './invoke-permission.ts';
import { mergeResources } from './merge.ts';
import { toBridgedBucket, toNotifiedBucket } from './notified-bucket.ts';
import { findOwnBucket } from './own-bucket.ts';
import { type SharedSource, shareSources } from './shared-source.ts';
import type { CompileSource } from './source-rules.ts';

/**
 * Changes in buckets. Those of the stack notify the function where they can. For others there are rules of EventBridge:
 * a bucket has one list of notifications, and a stack that wrote it would take away what others have put there.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 */
export const toNotifications: CompileSource<'s3'> = (rules, context) => {
  const buckets = shareSources(
    rules,
    'Bucket',
    ({
      rule: {
        properties: { bucketArn },
      },
    }) =>
      // There are two ways to write the ARN of a resource.
      findOwnBucket(bucketArn, context.file)?.logicalId ?? bucketArn,
  );
  return { resources: mergeResources(buckets.map((bucket) => toResources(bucket, context))) };
};

function toResources({ first, rules }: SharedSource<'s3'>, { file, stage }: StackContext): Part['resources'] {
  const own = findOwnBucket(first.rule.properties.bucketArn, file);
  if (own?.notifiedArn !== undefined) return toNotifiedBucket(own, own.notifiedArn, rules);
  const problems = rules.flatMap(({ rule: { line, properties } }) => {
    const message = findUnbridged(properties.s3EventType);
    return message === undefined ? [] : [{ line, message }];
  });
  if (problems.length > 0) throw new StackError(problems);
  const anyRule = arnOf('events', `rule/${stage.service}-${stage.stage}-*`);
  return mergeResources([
    { [bucketRulesPermission]: toInvokePermission('s3', 'events', anyRule) },
    own === undefined ? {} : toBridgedBucket(own),
    ...rules.map((rule) => toBucketRule(rule, stage)),
  ]);
}
