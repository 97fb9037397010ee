import { getAtt, ref, type Value } from '../../cloudformation/value.ts';
import { toFunctionId } from '../function-name.ts';
import type { Declared, Part } from '../part.ts';
import { StackError } from '../stack-error.ts';
import { toInvokePermission } from './invoke-permission.ts';
import { mergeNotifications, type Notification, overlap } from './notifications.ts';
import type { OwnBucket } from './own-bucket.ts';
import type { SourceRule } from './source-rules.ts';

/**
 * A bucket of the stack with the notifications that its events need, beside those that it has.
 * Throws StackError where S3 would have to tell two of the same change.
 */
export function toNotifiedBucket(
  { logicalId, resource }: OwnBucket,
  arn: Value,
  rules: readonly SourceRule<'s3'>[],
): Part['resources'] {
  const permission = `${logicalId}Permission`;
  const { line } = resource;
  const notifications = mergeNotifications(rules.map(toNotification));
  const own = configurationOf(resource);
  refuseOverlaps(notifications, own, rules);
  const lambda = listIn(own, 'LambdaConfigurations');
  return {
    // The ARN of a bucket doesn't say whose it is.
    [permission]: withAccount({ ...toInvokePermission('s3', 's3', arn), line }),
    [logicalId]: {
      ...resource,
      DependsOn: [...(resource.DependsOn ?? []), permission],
      Properties: {
        ...resource.Properties,
        NotificationConfiguration: {
          ...own,
          LambdaConfigurations: [...lambda, ...notifications.map(toConfiguration)],
        },
      },
    },
  };
}

/** The same, telling EventBridge of all its changes. */
export function toBridgedBucket({ logicalId, resource }: OwnBucket): Part['resources'] {
  const own = configurationOf(resource);
  return {
    [logicalId]: {
      ...resource,
      Properties: {
        ...resource.Properties,
        NotificationConfiguration: { ...own, EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    },
  };
}

function toNotification({ rule: { properties } }: SourceRule<'s3'>): Notification {
  const { prefix = '', suffix = '' } = properties.filterRule ?? {};
  return { event: properties.s3EventType, prefix, suffix };
}

function toConfiguration({ event, prefix, suffix }: Notification): object {
  const rules = [
    ...(prefix === '' ? [] : [{ Name: 'prefix', Value: prefix }]),
    ...(suffix === '' ? [] : [{ Name: 'suffix', Value: suffix }]),
  ];
  return {
    Event: event,
    Function: getAtt(toFunctionId('s3'), 'Arn'),
    ...(rules.length > 0 && { Filter: { S3Key: { Rules: rules } } }),
  };
}

function withAccount({ Properties, ...permission }: Declared): Declared {
  return { ...permission, Properties: { ...Properties, SourceAccount: ref('AWS::AccountId') } };
}

const kinds = ['LambdaConfigurations', 'QueueConfigurations', 'TopicConfigurations'];

function refuseOverlaps(
  notifications: readonly Notification[],
  own: Fields,
  rules: readonly SourceRule<'s3'>[],
): void {
  const declared = kinds.flatMap((kind) => listIn(own, kind)).flatMap(toDeclared);
  const isTaken = notifications.some((each) => declared.some((other) => overlap(each, other)));
  if (!isTaken) return;
  throw new StackError(
    rules.map(({ rule: { line } }) => ({
      line,
      message:
        'the bucket has a notification of its own for some of these changes, and S3 tells one place of each; expected other events, prefixes or suffixes, or EventBridgeConfiguration in place of it',
    })),
  );
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function configurationOf({ Properties }: OwnBucket['resource']): Fields {
  const configuration = Properties?.['NotificationConfiguration'];
  return isFields(configuration) ? configuration : {};
}

function listIn(fields: Fields, name: string): readonly unknown[] {
  const list = fields[name];
  return Array.isArray(list) ? list : [];
}

/** What CloudFormation has to make of a function first can't be compared; S3 says so then. */
function toDeclared(configuration: unknown): readonly Notification[] {
  if (!isFields(configuration)) return [];
  const { Event: event, Filter: filter } = configuration;
  const s3Key = isFields(filter) ? filter['S3Key'] : undefined;
  const rules = isFields(s3Key) ? listIn(s3Key, 'Rules').filter(isFields) : [];
  const affix = (name: string) => rules.find((rule) => rule['Name'] === name)?.['Value'] ?? '';
  const [prefix, suffix] = [affix('prefix'), affix('suffix')];
  if (typeof event !== 'string' || typeof prefix !== 'string' || typeof suffix !== 'string') return [];
  return [{ event, prefix, suffix }];
}
