import { isReference } from '../../../jobs/reference.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { arnOf, getAtt, sub, type Value } from '../../cloudformation/value.ts';
import type { Stage } from '../../names.ts';
import { toDigest } from '../digest.ts';
import { toValue, toValues } from '../from-jobs.ts';
import { toFunctionId } from '../function-name.ts';
import type { Part, StackContext } from '../part.ts';
import { toDeadLetterArn } from './dead-letter.ts';
import { toInvokePermission } from './invoke-permission.ts';
import { toJobTags } from './job-tags.ts';
import { mergeResources } from './merge.ts';
import type { CompileSource, Rule, SourceRule } from './source-rules.ts';

type Properties = Rule<'event-bus'>['properties'];

/**
 * Rules of event buses. Each hands its events on with a marker, by which the function knows whose they are.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
 */
export const toBusRules: CompileSource<'event-bus'> = (rules, context) => {
  const kinds = new Set(rules.flatMap(({ rule }) => kindsOf(rule.properties)));
  return {
    resources: mergeResources([
      ...[...kinds].map((kind) => toPermission(kind, context)),
      ...rules.map((rule) => toBusRule(rule, context)),
    ]),
  };
};

type BusKind = 'default' | 'custom';

const permissionIds = { default: 'EventBusPermission', custom: 'CustomEventBusPermission' } as const;

/** Of a bus that only CloudFormation knows, it may be either. */
function kindsOf({ eventBusArn, eventBusName, useDefaultBus }: Properties): readonly BusKind[] {
  const bus = eventBusName ?? eventBusArn;
  if (useDefaultBus || bus === undefined) return ['default'];
  if (isReference(bus) || bus.startsWith('{{resolve:')) return ['default', 'custom'];
  return [/(?:^|:event-bus\/)default$/.test(bus) ? 'default' : 'custom'];
}

/**
 * For all the stack's rules together: a function's policy has little room. Only the ARN of a rule on a custom bus has
 * the bus in it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
function toPermission(kind: BusKind, { stage }: StackContext): Part['resources'] {
  const path = kind === 'default' ? 'rule/' : 'rule/*/';
  const sourceArn = arnOf('events', `${path}${toPrefix(stage)}*`);
  return { [permissionIds[kind]]: toInvokePermission('event-bus', 'events', sourceArn) };
}

function toBusRule({ job, rule }: SourceRule<'event-bus'>, { stage }: StackContext): Part['resources'] {
  const { id, line, properties } = rule;
  const { eventPattern, eventBusArn, eventBusName, onDeliveryFailure } = properties;
  const bus = eventBusName ?? eventBusArn;
  return {
    [toLogicalId(id, 'BusRule')]: {
      Type: 'AWS::Events::Rule',
      // An event that EventBridge may not deliver isn't tried again.
      DependsOn: kindsOf(properties).map((kind) => permissionIds[kind]),
      Properties: {
        Name: toName(job.name, id, stage),
        Description: `Starts the job ${job.name}`,
        ...toJobTags([{ job }]),
        ...(bus !== undefined && { EventBusName: toValue(bus) }),
        EventPattern: toValues(eventPattern),
        Targets: [
          {
            Id: 'signalbox',
            Arn: getAtt(toFunctionId('event-bus'), 'Arn'),
            InputTransformer: { InputTemplate: toTemplate(id, toBusArn(properties)) },
            RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            DeadLetterConfig: { Arn: toDeadLetterArn(onDeliveryFailure) },
          },
        ],
      },
      line,
    },
  };
}

/** An event says nothing of its bus: without a word of ours it's taken for the default one. */
function toTemplate(rule: string, bus: Value | undefined): Value {
  const event = '"event":<aws.events.event.json>';
  if (bus === undefined) return `{"signalbox":{"rule":"${rule}"},${event}}`;
  return sub(`{"signalbox":{"rule":"${rule}","bus":"\${Bus}"},${event}}`, { Bus: bus });
}

function toBusArn({ eventBusArn, eventBusName }: Properties): Value | undefined {
  if (eventBusArn !== undefined) return toValue(eventBusArn);
  return eventBusName === undefined ? undefined : arnOf('events', `event-bus/${eventBusName}`);
}

function toPrefix({ service, stage }: Stage): string {
  return `${service}-${stage}-`;
}

/** At most 64 characters: as much of the job's name as there is room for. */
function toName(job: string, ruleId: string, stage: Stage): string {
  const prefix = toPrefix(stage);
  return `${prefix}${job.slice(0, 64 - prefix.length - 9)}-${toDigest(ruleId)}`;
}
