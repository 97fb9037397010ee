import { describe, expect, it } from 'vitest';
import { problemsOf } from './problems-of.ts';

const job = (name: string, event: string) =>
  `  ${name}:\n    target: process\n    local: { command: [x] }\n    events:\n      - ${event}\n`;
const route = (method: string, path: string, api = 'api') =>
  `{ type: http-api-gateway, properties: { httpApiGatewayName: ${api}, method: '${method}', path: '${path}' } }`;
const rule = (priority: number, port = '') =>
  `{ type: application-load-balancer, properties: { loadBalancerName: l, priority: ${priority}${port}, paths: [/${port === '' ? 'a' : 'b'}] } }`;

describe('HTTP routes', () => {
  it('start one job each, whatever their parameters are called', () => {
    const text = `service: shop\njobs:\n${job('a', route('GET', '/x/{id}'))}${job('b', route('GET', '/x/{name}'))}`;

    expect(problemsOf(text)).toEqual([
      '12:95 jobs.b.events[0].properties.path: found "GET /x/{name}", as on line 7; expected one job for each route',
    ]);
  });

  it('start one job each, however "any method" is written', () => {
    const text = `service: shop\njobs:\n${job('a', route('*', '$default'))}${job('b', route('ANY', '$default'))}`;

    expect(problemsOf(text)).toEqual([
      '12:95 jobs.b.events[0].properties.path: found "$default", as on line 7; expected one job for each route',
    ]);
  });

  it('differ by method, API, greediness and segments', () => {
    const routes = [
      route('GET', '/x/{id}'),
      route('POST', '/x/{id}'),
      route('GET', '/x/{id}', 'other'),
      route('GET', '/x/{id+}'),
      route('GET', '/x/{id}/'),
      route('GET', '/x/id'),
    ];

    expect(
      problemsOf(`service: shop\njobs:\n${routes.map((event, index) => job(`j${index}`, event)).join('')}`),
    ).toEqual([]);
  });

  it('are compared even in jobs with other mistakes', () => {
    const broken = job('b', route('GET', '/x')).replace('target: process', 'target: proces');
    const text = `service: shop\njobs:\n${job('a', route('GET', '/x'))}${broken}`;

    expect(problemsOf(text).map((problem) => problem.slice(0, 30))).toEqual([
      '9:13 jobs.b.target: found "pro',
      '12:95 jobs.b.events[0].propert',
    ]);
  });
});

describe('rules of a load balancer', () => {
  it('have priorities of their own on each listener', () => {
    const of = (...events: string[]) =>
      problemsOf(`service: shop\njobs:\n${events.map((event, index) => job(`j${index}`, event)).join('')}`);

    expect(of(rule(1), rule(2), rule(1, ', listenerPort: 443'))).toEqual([]);
    expect(of(rule(1), rule(1))).toEqual([
      '12:89 jobs.j1.events[0].properties.priority: found priority 1, as on line 7; expected one rule for each priority of a listener',
    ]);
  });

  it('are on one listener when they name it, whatever they say of its load balancer', () => {
    const on = (listener: string, more = '') =>
      `{ type: application-load-balancer, properties: { listenerArn: ${listener}, priority: 1${more}, paths: [/a] } }`;
    const text = (...events: string[]) =>
      `service: shop\njobs:\n${events.map((event, index) => job(`j${index}`, event)).join('')}`;

    expect(problemsOf(text(on('!ImportValue a'), on('!ImportValue b')))).toEqual([]);
    expect(problemsOf(text(on('!ImportValue a'), on('!ImportValue a', ', loadBalancerName: l')))).toEqual([
      expect.stringContaining('jobs.j1.events[0].properties.priority: found priority 1, as on line 7'),
    ]);
  });
});

describe('HTTP APIs', () => {
  it('have to be declared once any is', () => {
    const apis = 'httpApis: { publicApi: {} }\n';
    const text = `jobs:\n${job('a', route('GET', '/x', 'publicApp'))}`;

    expect(problemsOf(`service: shop\n${text}`)).toEqual([]);
    expect(problemsOf(`service: shop\n${apis}${text}`)).toEqual([
      '8:69 jobs.a.events[0].properties.httpApiGatewayName: found "publicApp", which httpApis does not have, did you mean "publicApi"?',
    ]);
    expect(
      problemsOf(
        `service: shop\n${apis}runsApi: { httpApiName: runs, authorizer: { type: iam } }\njobs:\n${job('a', '{ type: manual }')}`,
      ),
    ).toEqual([
      '3:25 runsApi.httpApiName: found "runs", which httpApis does not have, expected one of httpApis: publicApi',
    ]);
  });

  it('with the runs have the routes of the runs API, which no job may have there', () => {
    const runsApi = 'runsApi: { httpApiName: api, authorizer: { type: iam } }\n';
    const of = (...events: string[]) =>
      problemsOf(
        `service: shop\n${runsApi}jobs:\n${events.map((event, index) => job(`j${index}`, event)).join('')}`,
      );

    expect(of(route('GET', '/runs'), route('POST', '/runs/{run}/replay'))).toEqual([
      '8:95 jobs.j0.events[0].properties.path: found "GET /runs", which the runs API has on api; expected another path, or another HTTP API',
      '13:96 jobs.j1.events[0].properties.path: found "POST /runs/{run}/replay", which the runs API has on api; expected another path, or another HTTP API',
    ]);
    expect(
      of(route('POST', '/runs'), route('GET', '/runs', 'other'), route('*', '/runs/{id}/cancel')),
    ).toEqual([]);
  });

  it('with the runs are not open to anyone', () => {
    const text = `service: shop\nrunsApi: { httpApiName: runs }\njobs:\n${job('a', '{ type: manual }')}`;

    expect(problemsOf(text)).toEqual([
      '2:1 runsApi: "authorizer" is missing, expected a mapping with "type" iam, cognito or lambda',
    ]);
  });
});

describe('the network', () => {
  it('has subnets and security groups', () => {
    const network = (text: string) =>
      problemsOf(`service: shop\nnetwork: ${text}\njobs:\n${job('a', '{ type: manual }')}`);

    expect(network('{ subnets: [subnet-0a1b] }')).toEqual([]);
    expect(network('{ subnets: [vpc-1], securityGroups: [] }')).toEqual([
      '2:22 network.subnets[0]: found "vpc-1", expected the id of a subnet, such as subnet-0a1b2c3d',
      '2:46 network.securityGroups: found an empty list, expected a list of security groups with 1 to 5 entries',
    ]);
  });
});
