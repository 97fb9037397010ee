import { findConditionMismatch } from '../load-balancer-conditions.ts';
import { type CompileRules, elsewhere, takesAll } from './verdict.ts';

/** Requests that meet a listener rule's conditions. Where they meet those of several, the lowest priority gets it. */
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
    const first = byPriority.find((properties) => findConditionMismatch(properties, addressed) === undefined);
    return declared.map(({ rule: { properties } }) => {
      if (properties === first)
        return takesAll(delivery, () => `it meets the conditions of priority ${properties.priority}`);
      return elsewhere(
        () =>
          findConditionMismatch(properties, addressed) ??
          `the rule of priority ${first?.priority} comes first`,
      );
    });
  };
};
