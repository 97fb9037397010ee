import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { arnOf, getAtt, ref } from '../../cloudformation/value.ts';
import type { Stage } from '../../names.ts';
import { toDigest } from '../digest.ts';
import { toValue } from '../from-jobs.ts';
import { toFunctionId } from '../function-name.ts';
import type { Part } from '../part.ts';
import { StackError } from '../stack-error.ts';
import { toInvokePermission } from './invoke-permission.ts';
import { toJobTags } from './job-tags.ts';
import { mergeResources } from './merge.ts';
import type { CompileSource, Rule, SourceRule } from './source-rules.ts';

type Conditions = Rule<'application-load-balancer'>['properties'];

/** The logical id of what lets load balancers call the function. */
const permission = 'ApplicationLoadBalancerPermission';

/**
 * Rules of listeners that are there already. Each has a target group, by whose name a request is known to be its own.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export const toListenerRules: CompileSource<'application-load-balancer'> = (rules, { stage }) => {
  const problems = rules
    .filter(({ rule }) => rule.properties.listenerArn === undefined)
    .map(({ rule: { line } }) => ({
      line,
      message:
        'a listener has no name that it could be looked up by; expected its ARN in listenerArn, such as listenerArn: arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/front/0123456789abcdef/fedcba9876543210',
    }));
  if (problems.length > 0) throw new StackError(problems);
  return {
    resources: mergeResources([
      {
        [permission]: toInvokePermission(
          'application-load-balancer',
          'elasticloadbalancing',
          arnOf('elasticloadbalancing', `targetgroup/${toPrefix(stage)}-*`),
        ),
      },
      ...rules.map((rule) => toListenerRule(rule, stage)),
    ]),
  };
};

function toListenerRule(
  { job, rule }: SourceRule<'application-load-balancer'>,
  stage: Stage,
): Part['resources'] {
  const { id, line, properties } = rule;
  const { listenerArn = '', priority } = properties;
  const group = toLogicalId(id, 'TargetGroup');
  return {
    [group]: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      // The load balancer is let in before it tries the function.
      DependsOn: permission,
      Properties: {
        Name: `${toPrefix(stage)}${id.slice(id.lastIndexOf('-'))}`,
        TargetType: 'lambda',
        Targets: [{ Id: getAtt(toFunctionId('application-load-balancer'), 'Arn') }],
        TargetGroupAttributes: [{ Key: 'lambda.multi_value_headers.enabled', Value: 'true' }],
        ...toJobTags([{ job }]),
      },
      line,
    },
    // By its place on the listener, which takes no other rule there while this one is: a change of it is made in place.
    [`ListenerRule${toDigest(`${listenerArn} ${priority}`)}`]: {
      Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      Properties: {
        ListenerArn: toValue(listenerArn),
        Priority: priority,
        Conditions: toConditions(properties),
        Actions: [{ Type: 'forward', TargetGroupArn: ref(group) }],
      },
      line,
    },
  };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html */
function toConditions(properties: Conditions): readonly object[] {
  const { paths, methods, hosts, headers = [], queryParams = [], sourceIps } = properties;
  return [
    ...(paths ? [{ Field: 'path-pattern', PathPatternConfig: { Values: paths } }] : []),
    ...(methods ? [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: methods } }] : []),
    ...(hosts ? [{ Field: 'host-header', HostHeaderConfig: { Values: hosts } }] : []),
    ...headers.map(({ headerName, values }) => ({
      Field: 'http-header',
      HttpHeaderConfig: { HttpHeaderName: headerName, Values: values },
    })),
    ...queryParams.map(({ paramName, values }) => ({
      Field: 'query-string',
      QueryStringConfig: { Values: values.map((Value) => ({ Key: paramName, Value })) },
    })),
    ...(sourceIps ? [{ Field: 'source-ip', SourceIpConfig: { Values: sourceIps } }] : []),
  ];
}

/**
 * What the names of the stack's target groups begin with: at most 23 of the 32 characters that a name may have, the
 * rest is a rule's hash.
 */
function toPrefix({ service, stage }: Stage): string {
  const whole = `${service}-${stage}`;
  return whole.length <= 23 ? whole : `${whole.slice(0, 14)}-${toDigest(whole)}`;
}
