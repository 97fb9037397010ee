import type { CloudEvent } from '../../events/trigger-event.ts';
import { toWritten } from '../reference.ts';
import { compileEach, elsewhere, findArnMismatch, takesAll, takesSome, type Why } from './verdict.ts';

/**
 * Changes of objects in buckets. One that came through a rule of ours starts that rule's job: EventBridge did the
 * matching. Others are matched here, since rules may share a notification of S3.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export const compileBucketRules = compileEach<'s3'>(({ rule: { id, properties } }, ruleIds) => {
  const { bucketArn, s3EventType, filterRule: { prefix = '', suffix = '' } = {} } = properties;
  return (delivery) => {
    const { addressed, records, sourceArn } = delivery;
    const rule = addressed.source === 's3' ? addressed.rule : undefined;
    if (rule === id) return takesAll(delivery, () => 'it came through this rule');
    if (rule !== undefined && ruleIds.has(rule)) return elsewhere(() => `it came through the rule ${rule}`);
    const stranger = findArnMismatch('bucket', sourceArn, bucketArn);
    if (stranger !== undefined) return elsewhere(stranger);
    return takesSome(
      delivery,
      () => `${s3EventType} of ${toWritten(bucketArn)}`,
      (position) => {
        const record = records[position];
        const event = record !== undefined && 'events' in record ? record.events[0] : undefined;
        return event === undefined ? () => 'there is no object in it' : findMismatch(event);
      },
    );
  };

  function findMismatch({ source, type, subject: key = '' }: CloudEvent): Why | undefined {
    const stranger = findArnMismatch('bucket', source, bucketArn);
    if (stranger !== undefined) return stranger;
    if (!isOfType(type, s3EventType)) return () => `it is ${type}, expected ${s3EventType}`;
    if (!key.startsWith(prefix)) return () => `the key ${key} does not start with ${prefix}`;
    return key.endsWith(suffix) ? undefined : () => `the key ${key} does not end with ${suffix}`;
  }
});

/** `aws.s3.ObjectCreated:Put` is of type `s3:ObjectCreated:*`. */
function isOfType(type: string, s3EventType: string): boolean {
  const found = type.replace('aws.s3.', 's3:');
  return s3EventType.endsWith('*') ? found.startsWith(s3EventType.slice(0, -1)) : found === s3EventType;
}
