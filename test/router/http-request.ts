/** What a test wants of a request; the rest is made up. */
export type HttpRequest = {
  readonly requestId?: string;
  readonly routeKey?: string;
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly cookies?: readonly string[];
  readonly body?: string;
  /** Of the JWT of the caller. */
  readonly subject?: string;
};

/** A request to `POST /orders` as API Gateway hands it on in payload format 2.0. */
export function toFormat2(request: HttpRequest = {}) {
  const { requestId = 'request-1', routeKey = 'POST /orders', path = '/orders' } = request;
  const { headers = {}, cookies, body, subject } = request;
  const claims = { iss: 'https://login.example.com', sub: subject };
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: 'dry=run',
    ...(cookies && { cookies }),
    headers: { 'content-type': 'application/json', ...headers },
    queryStringParameters: { dry: 'run' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'shop',
      ...(subject !== undefined && { authorizer: { jwt: { claims, scopes: null } } }),
      domainName: 'shop.example.com',
      domainPrefix: 'shop',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'test' },
      requestId,
      routeKey,
      stage: '$default',
      time: '20/Nov/2026:10:00:00 +0000',
      timeEpoch: 1_795_168_800_000,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  };
}

/** The same in payload format 1.0. */
export function toFormat1(request: HttpRequest = {}) {
  const { requestId = 'request-1', routeKey = 'POST /orders', path = '/orders' } = request;
  const { headers = {}, cookies = [], body = null } = request;
  const sent: Record<string, string> = {
    'content-type': 'application/json',
    ...headers,
    ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
  };
  return {
    version: '1.0',
    resource: path,
    path,
    httpMethod: 'POST',
    headers: sent,
    multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
    queryStringParameters: { dry: 'run' },
    multiValueQueryStringParameters: { dry: ['run'] },
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'shop',
      domainName: 'shop.example.com',
      httpMethod: 'POST',
      identity: { sourceIp: '192.0.2.7', userAgent: 'test' },
      path,
      protocol: 'HTTP/1.1',
      requestId,
      requestTimeEpoch: 1_795_168_800_000,
      resourceId: routeKey,
      resourcePath: path,
      stage: '$default',
    },
    body,
    isBase64Encoded: false,
  };
}
