import { bridgedNames } from '../../../sources/records/s3-event-names.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { getAtt } from '../../cloudformation/value.ts';
import type { Stage } from '../../names.ts';
import { toDigest } from '../digest.ts';
import { toValue } from '../from-jobs.ts';
import { toFunctionId } from '../function-name.ts';
import { ids } from '../ids.ts';
import type { Part } from '../part.ts';
import type { SourceRule } from './source-rules.ts';

/** Lets all of them call the function. */
export const bucketRulesPermission = 'BucketRulesPermission';

/**
 * A rule on the default bus for an event of a bucket. Its marker tells the function whose it is.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function toBucketRule({ job, rule }: SourceRule<'s3'>, stage: Stage): Part['resources'] {
  const { id, line } = rule;
  return {
    [toLogicalId(id, 'BucketRule')]: {
      Type: 'AWS::Events::Rule',
      // An event that EventBridge may not deliver isn't tried again.
      DependsOn: bucketRulesPermission,
      Properties: {
        Name: toName(job.name, id, stage),
        Description: `Starts the job ${job.name}`,
        EventPattern: toPattern(rule.properties),
        Targets: [
          {
            Id: 'signalbox',
            Arn: getAtt(toFunctionId('s3'), 'Arn'),
            InputTransformer: {
              InputTemplate: `{"signalbox":{"rule":"${id}","source":"s3"},"event":<aws.events.event.json>}`,
            },
            RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            DeadLetterConfig: { Arn: getAtt(ids.undelivered, 'Arn') },
          },
        ],
      },
      line,
    },
  };
}

/** What is wrong with a type of event that EventBridge doesn't have. */
export function findUnbridged(s3EventType: string): string | undefined {
  return toNames(s3EventType).length > 0
    ? undefined
    : `s3EventType: found ${s3EventType}, which S3 doesn't tell EventBridge of; expected another, or a bucket of "resources" with a BucketName that no other part of jobs.yml refers to, which is notified of by S3 itself`;
}

type Properties = SourceRule<'s3'>['rule']['properties'];

function toPattern({ bucketArn, s3EventType, filterRule }: Properties): object {
  const names = toNames(s3EventType);
  const details = {
    ...toValuesOf(
      'reason',
      names.map(({ reason }) => reason),
    ),
    ...toValuesOf(
      'deletion-type',
      names.map(({ deletionType }) => deletionType),
    ),
    ...(filterRule && { object: { key: [toKey(filterRule)] } }),
  };
  return {
    source: ['aws.s3'],
    'detail-type': different(names.map(({ detailType }) => detailType)),
    resources: [toValue(bucketArn)],
    ...(Object.keys(details).length > 0 && { detail: details }),
  };
}

function toNames(s3EventType: string) {
  const name = s3EventType.slice('s3:'.length);
  return bridgedNames.filter(({ eventName }) =>
    name.endsWith('*') ? eventName.startsWith(name.slice(0, -1)) : eventName === name,
  );
}

/** None where the changes are told apart without it. */
function toValuesOf(field: string, values: readonly (string | undefined)[]): object {
  const found = different(values.filter((value) => value !== undefined));
  return found.length === 0 ? {} : { [field]: found };
}

function different(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** EventBridge takes one condition or another for a field, but not both: a wildcard is both in one. */
function toKey({ prefix, suffix }: NonNullable<Properties['filterRule']>): object {
  if (suffix === undefined) return { prefix };
  if (prefix === undefined) return { suffix };
  return { wildcard: `${toLiteral(prefix)}*${toLiteral(suffix)}` };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
function toLiteral(text: string): string {
  return text.replace(/[\\*]/g, '\\$&');
}

/** At most 64 characters: as much of the job's name as there is room for. */
function toName(job: string, ruleId: string, { service, stage }: Stage): string {
  const prefix = `${service}-${stage}-`;
  return `${prefix}${job.slice(0, 64 - prefix.length - 9)}-${toDigest(ruleId)}`;
}
