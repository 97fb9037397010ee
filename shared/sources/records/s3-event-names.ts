/**
 * What EventBridge calls the changes that S3's own notifications have other names for. Changes that are not here don't
 * come through EventBridge. `reason` and `deletionType` are in the event's `detail`, where there is a choice.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-mapping-troubleshooting.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export type BridgedName = {
  readonly eventName: string;
  readonly detailType: string;
  readonly reason?: string;
  readonly deletionType?: string;
};

const marker = 'Delete Marker Created';
const permanently = 'Permanently Deleted';

export const bridgedNames: readonly BridgedName[] = [
  { eventName: 'ObjectCreated:Put', ...created('PutObject') },
  { eventName: 'ObjectCreated:Post', ...created('POST Object') },
  { eventName: 'ObjectCreated:Copy', ...created('CopyObject') },
  { eventName: 'ObjectCreated:CompleteMultipartUpload', ...created('CompleteMultipartUpload') },
  { eventName: 'ObjectRemoved:Delete', ...deleted('DeleteObject', permanently) },
  { eventName: 'ObjectRemoved:DeleteMarkerCreated', ...deleted('DeleteObject', marker) },
  { eventName: 'LifecycleExpiration:Delete', ...deleted('Lifecycle Expiration', permanently) },
  { eventName: 'LifecycleExpiration:DeleteMarkerCreated', ...deleted('Lifecycle Expiration', marker) },
  { eventName: 'ObjectRestore:Post', detailType: 'Object Restore Initiated' },
  { eventName: 'ObjectRestore:Completed', detailType: 'Object Restore Completed' },
  { eventName: 'ObjectRestore:Delete', detailType: 'Object Restore Expired' },
  { eventName: 'ObjectTagging:Put', detailType: 'Object Tags Added' },
  { eventName: 'ObjectTagging:Delete', detailType: 'Object Tags Deleted' },
  { eventName: 'ObjectAcl:Put', detailType: 'Object ACL Updated' },
  { eventName: 'LifecycleTransition', detailType: 'Object Storage Class Changed' },
  { eventName: 'IntelligentTiering', detailType: 'Object Access Tier Changed' },
];

function created(reason: string) {
  return { detailType: 'Object Created', reason };
}

function deleted(reason: string, deletionType: string) {
  return { detailType: 'Object Deleted', reason, deletionType };
}
