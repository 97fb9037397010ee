import { z } from 'zod';
import { listenerArn, loadBalancerArn } from './arns.ts';
import { authorizer } from './authorizer.ts';
import { listOf, matching, text, wholeNumber } from './basics.ts';

export const httpApiName = matching(
  /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
  'a name of 1 to 64 letters, digits and "-" that starts with a letter',
);

const segment = "(?:[A-Za-z0-9._~!$&'()*+,;=:@%-]+|\\{[A-Za-z0-9._:-]+\\})";

export const routePath = matching(
  new RegExp(`^(?:\\$default|/|(?:/${segment})+/?|(?:/${segment})*/\\{[A-Za-z0-9._:-]+\\+\\})$`),
  'a path such as /orders/{id} or /files/{proxy+}, where {name+} comes last, or $default',
);

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ANY'] as const;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
export const httpApiGatewayEvent = z.strictObject({
  type: z.literal('http-api-gateway').describe('A request to a route of an HTTP API.'),
  properties: z.strictObject({
    httpApiGatewayName: httpApiName.describe('One of httpApis.'),
    method: z
      .enum([...methods, '*'])
      .transform((method) => (method === '*' ? 'ANY' : method))
      .describe('Method of the route; ANY or * stands for all that have no route of their own.'),
    path: routePath.describe('Path of the route; $default takes what no other route does.'),
    authorizer: authorizer.describe('Who may start the job; anyone, if left out.').exactOptional(),
    payloadFormat: z
      .enum(['1.0', '2.0'])
      .default('1.0')
      .describe('Format in which API Gateway hands the request on, in quotes.'),
  }),
});

const address = z.union([z.cidrv4(), z.cidrv6()], { error: 'an address range such as 10.0.0.0/16' });

const conditionText = text.max(128, { error: 'text of at most 128 characters' });

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html */
export const applicationLoadBalancerEvent = z.strictObject({
  type: z
    .literal('application-load-balancer')
    .describe('A request to an application load balancer that a rule of its listener takes.'),
  properties: z.strictObject({
    loadBalancerArn: loadBalancerArn.describe('The load balancer; or loadBalancerName.').exactOptional(),
    loadBalancerName: matching(/^[A-Za-z0-9-]{1,32}$/, 'a name of 1 to 32 letters, digits and "-"')
      .describe('The load balancer; or loadBalancerArn.')
      .exactOptional(),
    listenerArn: listenerArn
      .describe(
        'The listener that gets the rule, which a deploy needs; it may stand without a load balancer.',
      )
      .exactOptional(),
    priority: wholeNumber(1, 50_000).describe('Of the rule, lowest first; one rule for each on a listener.'),
    listenerPort: wholeNumber(1, 65_535)
      .describe('Port of the listener, where the load balancer has several.')
      .exactOptional(),
    paths: listOf(matching(/^[/*]\S{0,127}$/, 'a path such as /orders/*'), 'paths')
      .describe('Paths that start the job; * and ? stand for any characters and any one.')
      .exactOptional(),
    methods: listOf(matching(/^[A-Z_-]{1,40}$/, 'a method such as POST'), 'methods')
      .describe('Methods that start the job.')
      .exactOptional(),
    hosts: listOf(conditionText, 'host names').describe('Host names that start the job.').exactOptional(),
    headers: listOf(
      z.strictObject({
        headerName: text.max(40, { error: 'text of at most 40 characters' }).describe('Name of the header.'),
        values: listOf(conditionText, 'values').describe('Any one of them is enough.'),
      }),
      'conditions { headerName, values }',
    )
      .describe('Headers that a request must have to start the job, all of them.')
      .exactOptional(),
    queryParams: listOf(
      z.strictObject({
        paramName: conditionText.describe('Name of the query parameter.'),
        values: listOf(conditionText, 'values').describe('Any one of them is enough.'),
      }),
      'conditions { paramName, values }',
    )
      .describe('Query parameters that a request must have to start the job, all of them.')
      .exactOptional(),
    sourceIps: listOf(address, 'address ranges')
      .describe('Address ranges of callers that start the job.')
      .exactOptional(),
  }),
});
