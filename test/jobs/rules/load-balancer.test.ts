import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { applicationLoadBalancer } from '../../fixtures/payloads/application-load-balancer.ts';
import { createRouting, type Rules } from './routing.ts';

/** Rules of one load balancer. */
const routing = (rules: Rules) =>
  createRouting(
    'application-load-balancer',
    Object.fromEntries(
      Object.entries(rules).map(([job, own]) => [
        job,
        own.map((rule) => ({ loadBalancerName: 'front', ...rule })),
      ]),
    ),
  );

const healthCheck = applicationLoadBalancer['a health check'];

const request = (method: string, path: string, headers: { readonly [name: string]: string } = {}) => ({
  ...healthCheck,
  httpMethod: method,
  path,
  headers: {
    host: 'jobs.example.com',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-port': '443',
    ...headers,
  },
});

describe('a request to a load balancer', () => {
  const { starts, judged } = routing({
    rest: [{ priority: 900, paths: ['/*'] }],
    imports: [{ priority: 20, paths: ['/imports*'] }],
    'imports-of-ada': [
      { priority: 3, paths: ['/imports*'], headers: [{ headerName: 'X-User', values: ['ada'] }] },
    ],
  });

  it('starts the job of the rule with the lowest priority whose conditions it meets, wherever that stands', () => {
    expect(starts(request('POST', '/imports'))).toEqual({ imports: [0] });
    expect(starts(request('POST', '/imports', { 'x-user': 'Ada' }))).toEqual({ 'imports-of-ada': [0] });
    expect(starts(request('POST', '/exports'))).toEqual({ rest: [0] });
  });

  it('is told apart with what each rule has against it', () => {
    expect(judged(request('POST', '/imports'))).toEqual([
      'rest elsewhere: the rule of priority 20 comes first',
      'imports takes: it meets the conditions of priority 20',
      'imports-of-ada elsewhere: there is no header X-User',
    ]);
  });

  it('starts the job whose rule its target group is named after, whatever else it meets', () => {
    const {
      ruleIds,
      starts: startsNamed,
      judged: judgedNamed,
    } = routing({
      first: [{ priority: 1, paths: ['/*'] }],
      second: [{ priority: 2, paths: ['/imports*'] }],
    });
    const hash = ruleIds[1]?.split('-').at(-1);
    const targetGroupArn = `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop-${hash}/73e2d6bc24d8a067`;
    const named = { ...request('POST', '/imports'), requestContext: { elb: { targetGroupArn } } };
    expect(startsNamed(request('POST', '/imports'))).toEqual({ first: [0] });
    expect(startsNamed(named)).toEqual({ second: [0] });
    expect(judgedNamed(named)).toEqual([
      `first elsewhere: it came through the target group shop-${hash}`,
      'second takes: it came through the target group of this rule',
    ]);
  });

  it('has to meet all the conditions of a rule', () => {
    const { starts: startsAll } = routing({
      all: [
        {
          priority: 1,
          listenerPort: 443,
          paths: ['/imports'],
          methods: ['POST'],
          hosts: ['*.example.com'],
          sourceIps: ['203.0.113.0/24'],
        },
      ],
      rest: [{ priority: 2, hosts: ['*'] }],
    });
    expect(startsAll(request('POST', '/imports'))).toEqual({ all: [0] });
    for (const other of [
      request('PUT', '/imports'),
      request('POST', '/exports'),
      request('POST', '/imports', { host: 'example.org' }),
      request('POST', '/imports', { 'x-forwarded-for': '198.51.100.7' }),
      request('POST', '/imports', { 'x-forwarded-port': '8443' }),
    ]) {
      expect(startsAll(other)).toEqual({ rest: [0] });
    }
  });

  it('that meets the conditions of no rule is refused, with the first thing that is wrong', () => {
    const { starts: startsSome } = routing({
      imports: [{ priority: 20, paths: ['/imports*'] }],
      exports: [{ priority: 10, paths: ['/exports*'] }],
    });
    expect(() => startsSome(request('GET', '/'))).toThrow(
      new NoRuleError('no rule takes it; of job imports: path / is none of /imports*'),
    );
  });

  it('starts a job with several rules once', () => {
    const { starts: startsOnce } = routing({
      imports: [
        { priority: 20, paths: ['/imports*'] },
        { priority: 10, methods: ['POST'] },
      ],
    });
    expect(startsOnce(request('POST', '/imports'))).toEqual({ imports: [0] });
  });
});

describe('a health check of a load balancer', () => {
  it('starts nothing, though it meets the conditions of a rule', () => {
    const { starts, judged } = routing({ imports: [{ priority: 20, paths: ['/imports*'] }] });
    expect(starts(healthCheck)).toEqual({});
    expect(judged(healthCheck)).toEqual(['imports leaves: a health check starts nothing']);
  });

  it('is no mistake where there is no rule for it, nor any rule', () => {
    expect(routing({ exports: [{ priority: 20, paths: ['/exports*'] }] }).starts(healthCheck)).toEqual({});
    expect(createRouting('manual', { 'word-index': [{}] }).starts(healthCheck)).toEqual({});
  });

  it("is one only when it is a GET: another method is a client's", () => {
    const { starts } = routing({ imports: [{ priority: 20, paths: ['/imports*'] }] });
    expect(starts({ ...healthCheck, httpMethod: 'POST' })).toEqual({ imports: [0] });
  });
});
