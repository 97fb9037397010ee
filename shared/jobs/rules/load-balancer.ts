import { findConditionMismatch } from '../load-balancer-conditions.ts';
import { type CompileRules, elsewhere, takesAll } from './verdict.ts';

/**
 * Requests through the target group that is named after the rule: the listener did the matching. Others are matched
 * here; of several rules whose conditions are met, the one with the lowest priority gets it.
 */
export const compileLoadBalancerRules: CompileRules<'application-load-balancer'> = (declared) => {
  const byPriority = declared
    .map(({ rule: { properties } }) => properties)
    .toSorted((a, b) => a.priority - b.priority);
  return (delivery) => {
    const { addressed } = delivery;
    if (addressed.source !== 'application-load-balancer')
      return declared.map(() => elsewhere(() => 'it is no request'));
    if (addressed.isHealthCheck)
      return declared.map(() => ({ kind: 'leaves', why: () => 'a health check starts nothing' }));
    const group = toGroupName(delivery.sourceArn);
    const named = declared.find(({ rule: { id } }) => group.endsWith(id.slice(id.lastIndexOf('-'))));
    const first =
      named?.rule.properties ??
      byPriority.find((properties) => findConditionMismatch(properties, addressed) === undefined);
    return declared.map(({ rule: { properties } }) => {
      if (properties === first)
        return takesAll(delivery, () =>
          named
            ? 'it came through the target group of this rule'
            : `it meets the conditions of priority ${properties.priority}`,
        );
      if (named) return elsewhere(() => `it came through the target group ${group}`);
      return elsewhere(
        () =>
          findConditionMismatch(properties, addressed) ??
          `the rule of priority ${first?.priority} comes first`,
      );
    });
  };
};

/** `orders` of arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/0123456789abcdef */
function toGroupName(targetGroupArn: string): string {
  return targetGroupArn.split('/')[1] ?? '';
}
