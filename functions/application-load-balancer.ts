import { compileLoadBalancerRules } from '../shared/jobs/rules/load-balancer.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { applicationLoadBalancer } from '../shared/sources/application-load-balancer.ts';

/** Requests to application load balancers. */
export const handler = createLambdaHandler(applicationLoadBalancer, {
  'application-load-balancer': compileLoadBalancerRules,
});
