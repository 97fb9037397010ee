import { describe, expect, it } from 'vitest';
import { toListenerRules } from '../../../../shared/deploy/stack/sources/application-load-balancer.ts';
import { compile, type Jobs, problemsOf, propertiesOf, toContext } from './rules-of.ts';

const listener =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/front/0123456789abcdef/fedcba9876543210';
const event = (properties: string) => `{ type: application-load-balancer, properties: { ${properties} } }`;
const on = (priority: number, conditions: string) =>
  event(`listenerArn: '${listener}', priority: ${priority}, ${conditions}`);

const compileRules = (jobs: Jobs, settings?: string, service?: string) =>
  compile('application-load-balancer', toListenerRules, toContext(jobs, settings, service));

const groups = 'AWS::ElasticLoadBalancingV2::TargetGroup';
const rules = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const idsOf = (part: ReturnType<typeof compileRules>, type: string) =>
  Object.entries(part.resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));

describe('an event of a load balancer', () => {
  it('is a rule of the listener with all its conditions', () => {
    const part = compileRules({
      import: [
        on(
          10,
          "paths: [/imports/*], hosts: [jobs.example.com], headers: [{ headerName: X-Kind, values: [image] }], queryParams: [{ paramName: v, values: ['1'] }], sourceIps: [10.0.0.0/16]",
        ),
        on(11, 'methods: [POST, PUT]'),
      ],
    });
    const [first, second] = idsOf(part, groups);
    expect(propertiesOf(part, rules)).toEqual([
      {
        ListenerArn: listener,
        Priority: 10,
        Conditions: [
          { Field: 'path-pattern', PathPatternConfig: { Values: ['/imports/*'] } },
          { Field: 'host-header', HostHeaderConfig: { Values: ['jobs.example.com'] } },
          { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Kind', Values: ['image'] } },
          { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '1' }] } },
          { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/16'] } },
        ],
        Actions: [{ Type: 'forward', TargetGroupArn: { Ref: first } }],
      },
      {
        ListenerArn: listener,
        Priority: 11,
        Conditions: [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST', 'PUT'] } }],
        Actions: [{ Type: 'forward', TargetGroupArn: { Ref: second } }],
      },
    ]);
  });

  it('has a target group that is named after its rule, with lists of headers, once it may call the function', () => {
    const context = toContext({ import: [on(10, 'methods: [POST]')] });
    const part = compile('application-load-balancer', toListenerRules, context);
    const hash = context.file.jobs[0]?.events[0]?.id.slice(-9);
    const [id = ''] = idsOf(part, groups);
    expect(part.resources[id]).toEqual({
      Type: groups,
      DependsOn: 'ApplicationLoadBalancerPermission',
      Properties: {
        Name: `media-prod${hash}`,
        TargetType: 'lambda',
        Targets: [{ Id: { 'Fn::GetAtt': ['ApplicationLoadBalancerLambdaFunction', 'Arn'] } }],
        TargetGroupAttributes: [{ Key: 'lambda.multi_value_headers.enabled', Value: 'true' }],
        Tags: [{ Key: 'signalbox:job', Value: 'import' }],
      },
      line: 8,
    });
    expect(part.resources['ApplicationLoadBalancerPermission']?.Properties).toMatchObject({
      Principal: 'elasticloadbalancing.amazonaws.com',
      SourceArn: {
        'Fn::Sub': `arn:\${AWS::Partition}:elasticloadbalancing:\${AWS::Region}:\${AWS::AccountId}:targetgroup/media-prod-*`,
      },
    });
  });

  it('has a name of at most 32 characters, which the stages of a service do not share', () => {
    const nameIn = (service: string) =>
      propertiesOf(compileRules({ import: [on(10, 'methods: [POST]')] }, '', service), groups)[0]?.[
        'Name'
      ] as string;
    const [one, other] = ['media-of-the-house-a', 'media-of-the-house-b'].map(nameIn);
    expect(one).toMatch(/^media-of-the-h-[0-9a-f]{8}-[0-9a-f]{8}$/);
    expect(one).toHaveLength(32);
    expect(one).not.toBe(other);
  });

  it('stays the same rule of the listener when its conditions or its job change', () => {
    const before = compileRules({ a: [on(10, 'methods: [POST]')] });
    const after = compileRules({ b: [on(10, 'methods: [PUT]')] });
    expect(idsOf(after, rules)).toEqual(idsOf(before, rules));
    expect(idsOf(after, groups)).not.toEqual(idsOf(before, groups));
    expect(idsOf(compileRules({ a: [on(11, 'methods: [POST]')] }), rules)).not.toEqual(idsOf(before, rules));
  });

  it('takes a listener of the same stack', () => {
    const part = compileRules(
      { a: [event('listenerArn: !Ref Listener, priority: 1, methods: [POST]')] },
      'resources: { Listener: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: !ImportValue front, Port: 80, DefaultActions: [] } } }',
    );
    expect(propertiesOf(part, rules)[0]?.['ListenerArn']).toEqual({ Ref: 'Listener' });
  });

  it('can not be deployed without the ARN of its listener', () => {
    const named = event('loadBalancerName: front, listenerPort: 443, priority: 1, methods: [POST]');
    expect(problemsOf(() => compileRules({ a: [named] }))).toEqual([
      expect.stringMatching(/^8 a listener has no name .* expected its ARN in listenerArn/),
    ]);
  });
});
