import { arnOf, getAtt, partOf, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { toFunctionId } from '../function-name.ts';
import type { Declared, Part } from '../part.ts';
import { toDeadLetterArn } from './dead-letter.ts';
import { mergeFilterPolicies } from './filter-policy.ts';
import { toInvokePermission } from './invoke-permission.ts';
import { type SharedSource, shareSources } from './shared-source.ts';
import type { CompileSource, SourceRule } from './source-rules.ts';

/**
 * A subscription for each topic: SNS has one of a topic for each endpoint.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
 */
export const toTopicSubscriptions: CompileSource<'sns'> = (rules) => {
  const topics = shareSources(rules, 'Topic', ({ rule: { properties } }) => toTopicText(properties));
  return { resources: Object.assign({}, ...topics.map(toSubscription)) };
};

function toSubscription({ id, first, rules }: SharedSource<'sns'>): Part['resources'] {
  const { line, properties } = first.rule;
  const topicArn = toTopicArn(properties);
  const filterPolicy = mergeFilterPolicies(rules.map(({ rule }) => rule.properties.filterPolicy));
  const subscription: Declared = {
    Type: 'AWS::SNS::Subscription',
    // A message that SNS may not deliver isn't tried again.
    DependsOn: `${id}Permission`,
    Properties: {
      Protocol: 'lambda',
      TopicArn: topicArn,
      Endpoint: getAtt(toFunctionId('sns'), 'Arn'),
      ...toRegion(properties),
      ...(filterPolicy && { FilterPolicyScope: 'MessageAttributes', FilterPolicy: filterPolicy }),
      RedrivePolicy: { deadLetterTargetArn: toDeadLetterArn(properties.onDeliveryFailure) },
    },
    line,
  };
  return {
    [`${id}Subscription`]: subscription,
    [`${id}Permission`]: { ...toInvokePermission('sns', 'sns', topicArn), line },
  };
}

type Properties = SourceRule<'sns'>['rule']['properties'];

function toTopicText({ snsTopicArn, snsTopicName = '' }: Properties): string {
  return snsTopicArn ?? snsTopicName;
}

function toTopicArn({ snsTopicArn, snsTopicName = '' }: Properties): Value {
  return snsTopicArn === undefined ? arnOf('sns', snsTopicName) : toValue(snsTopicArn);
}

/** Where the topic is, which may not be where the stack is. */
function toRegion({ snsTopicArn = '' }: Properties): object {
  return snsTopicArn.startsWith('arn:') ? { Region: partOf(snsTopicArn, ':', 3) } : {};
}
