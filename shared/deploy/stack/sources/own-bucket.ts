import { isDeepStrictEqual } from 'node:util';
import type { JobsFile } from '../../../jobs/schema/file.ts';
import type { OwnResource } from '../../../jobs/schema/own-resources.ts';
import { sub, type Value } from '../../cloudformation/value.ts';
import { toValue, toValues } from '../from-jobs.ts';

/** A bucket of `resources`, and its ARN where CloudFormation need not have made it to know. */
export type OwnBucket = {
  readonly logicalId: string;
  readonly resource: OwnResource;
  /** Its ARN, when S3 can call the function by itself. */
  readonly notifiedArn?: Value;
};

/**
 * The bucket of the stack that `bucketArn` refers to; `undefined` for one that is somebody else's.
 *
 * S3 has to be allowed to call the function before the bucket is made, so nothing that the function waits for may wait
 * for the bucket: it has to have a name in jobs.yml, and no job may refer to it in another way, directly or through
 * other resources. Others are made before their notifications, by EventBridge.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-notificationconfiguration.html
 */
export function findOwnBucket(bucketArn: string, file: JobsFile): OwnBucket | undefined {
  const value = toValue(bucketArn);
  const found = Object.entries(file.resources).find(
    ([id, { Type }]) => Type === 'AWS::S3::Bucket' && isArnOf(id, value),
  );
  if (found === undefined) return undefined;
  const [logicalId, resource] = found;
  const name = resource.Properties?.['BucketName'];
  if (name === undefined || idsThatFunctionsNeed(file).has(logicalId)) return { logicalId, resource };
  const arn = `arn:\${AWS::Partition}:s3:::`;
  const notifiedArn =
    typeof name === 'string' ? sub(`${arn}${name}`) : sub(`${arn}\${Name}`, { Name: name as Value });
  return { logicalId, resource, notifiedArn };
}

function isArnOf(id: string, value: Value): boolean {
  return (
    isDeepStrictEqual(value, { 'Fn::GetAtt': [id, 'Arn'] }) ||
    isDeepStrictEqual(value, { 'Fn::Sub': `\${${id}.Arn}` })
  );
}

/** Resources of jobs.yml that anything but the bucket of an event refers to, and those that these refer to. */
function idsThatFunctionsNeed(file: JobsFile): ReadonlySet<string> {
  const { resources, jobs, ...others } = file;
  const used = jobs.map((job) => ({
    ...job,
    events: job.events.map((event) =>
      event.type === 's3' ? { ...event, properties: { ...event.properties, bucketArn: '' } } : event,
    ),
  }));
  const ids = new Set<string>();
  const left = idsIn(toValues({ ...others, jobs: used }));
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    const resource = Object.hasOwn(resources, id) ? resources[id] : undefined;
    if (resource === undefined || ids.has(id)) continue;
    ids.add(id);
    left.push(...idsIn(resource), ...(resource.DependsOn ?? []));
  }
  return ids;
}

/** Of Ref, Fn::GetAtt and Fn::Sub, wherever they are in it. */
function idsIn(data: unknown): string[] {
  if (Array.isArray(data)) return data.flatMap(idsIn);
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([name, value]) => {
    const [first]: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (typeof first === 'string') {
      if (name === 'Ref') return [first];
      if (name === 'Fn::GetAtt') return [first.split('.')[0] ?? ''];
      if (name === 'Fn::Sub') return [...idsInText(first), ...idsIn(value)];
    }
    return idsIn(value);
  });
}

function idsInText(text: string): readonly string[] {
  return [...text.matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map(([, id = '']) => id);
}
