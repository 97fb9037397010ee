import { createRouteMatcher } from '../../shared/jobs/http-route.ts';
import { toHttpApiPayload } from '../../shared/local/http-payload.ts';
import type { Asked } from './suite.ts';

const routes = ['GET /runs', 'GET /runs/{id}', 'POST /runs/{id}/cancel', 'POST /runs/{id}/replay'];

const matcher = createRouteMatcher(
  routes.map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, path, value: path };
  }),
);

export type Authorizer = 'iam' | 'jwt' | 'lambda' | 'none';

const caller = {
  accountId: '123456789012',
  userArn: 'arn:aws:sts::123456789012:assumed-role/operator/ada',
};

const claims = { iss: 'https://login.example.com', sub: 'ada' };

/** `requestContext.authorizer` of payload format 2.0. */
const authorizers2 = {
  iam: { iam: { ...caller, accessKey: 'ASIAEXAMPLEEXAMPLE01', callerId: 'AROAEXAMPLE:ada', userId: 'x' } },
  jwt: { jwt: { claims, scopes: null } },
  lambda: { lambda: { tenant: 'acme' } },
};

/** What a route's authorizer adds to `requestContext` of payload format 1.0. */
const contexts1 = {
  iam: { identity: { ...caller, sourceIp: '203.0.113.9' } },
  jwt: { authorizer: { claims, scopes: null } },
  lambda: { authorizer: { integrationLatency: 21, tenant: 'acme' } },
  none: {},
};

export type Sent = Asked & { readonly format?: '1.0' | '2.0'; readonly authorizer?: Authorizer };

/** What API Gateway hands a function of the runs API, whose routes have an authorizer. */
export function toPayload(
  method: string,
  url: string,
  { headers = {}, body = '', format = '2.0', authorizer = 'iam' }: Sent = {},
) {
  const found = matcher.match(method, url.split('?', 1)[0] ?? '');
  if (found === undefined) throw new Error(`no route takes ${method} ${url}`);
  const { value: path, ...route } = found;
  const payload = toHttpApiPayload(
    {
      method,
      rawUrl: url,
      rawHeaders: ['Authorization', 'Bearer s3cr3t', ...Object.entries(headers).flat()],
      body: Buffer.from(body),
      sourceIp: '203.0.113.9',
      requestId: 'R3qU3sT=',
      timeMs: 1795168800417,
    },
    { ...route, method, path, apiName: 'a1b2c3d4e5', payloadFormat: format },
  );
  const context =
    format === '1.0'
      ? contexts1[authorizer]
      : authorizer === 'none'
        ? {}
        : { authorizer: authorizers2[authorizer] };
  return { ...payload, requestContext: { ...payload.requestContext, ...context } };
}
