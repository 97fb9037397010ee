import { describe, expect, it } from 'vitest';
import { toRoutes } from '../../../../shared/deploy/stack/sources/http-api-gateway.ts';
import { compile, type Jobs, problemsOf, propertiesOf, toContext } from './rules-of.ts';

const event = (properties: string) => `{ type: http-api-gateway, properties: { ${properties} } }`;
const route = (method: string, path: string, more = '', api = 'publicApi') =>
  event(`httpApiGatewayName: ${api}, method: ${method}, path: '${path}'${more && `, ${more}`}`);

const compileRoutes = (jobs: Jobs, settings = '') =>
  compile('http-api-gateway', toRoutes, toContext(jobs, settings));

const userPool = 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab12Cd34E';
const cognito = (more = 'clientIds: [abc]') =>
  `authorizer: { type: cognito, properties: { userPoolArn: '${userPool}', ${more} } }`;
const lambda = (more = '') =>
  `authorizer: { type: lambda, properties: { functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:authorize:live'${more} } }`;

const routes = 'AWS::ApiGatewayV2::Route';
const authorizers = 'AWS::ApiGatewayV2::Authorizer';

describe('an HTTP API', () => {
  it('is made with a stage that needs no deployments, and its URL', () => {
    const { resources, outputs } = compileRoutes({ thumbnail: [route('POST', '/thumbnails')] });
    expect(resources['PublicApiHttpApi']).toEqual({
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'media-prod-publicApi', ProtocolType: 'HTTP' },
    });
    expect(resources['PublicApiHttpApiStage']?.Properties).toEqual({
      ApiId: { Ref: 'PublicApiHttpApi' },
      StageName: '$default',
      AutoDeploy: true,
    });
    expect(outputs).toEqual({
      PublicApiHttpApiUrl: {
        Description: 'URL of the HTTP API publicApi',
        Value: { 'Fn::GetAtt': ['PublicApiHttpApi', 'ApiEndpoint'] },
      },
    });
  });

  it('answers browsers of other origins when it has cors', () => {
    const { resources } = compileRoutes(
      { a: [route('POST', '/a')], b: [route('POST', '/b', '', 'closed')] },
      'httpApis: { publicApi: { cors: true }, closed: {}, unused: {} }',
    );
    expect(resources['PublicApiHttpApi']?.Properties?.['CorsConfiguration']).toMatchObject({
      AllowOrigins: ['*'],
      AllowHeaders: expect.arrayContaining(['authorization', 'content-type', 'idempotency-key']),
      ExposeHeaders: expect.arrayContaining(['location', 'retry-after']),
    });
    expect(resources['ClosedHttpApi']?.Properties).not.toHaveProperty('CorsConfiguration');
    expect(resources).not.toHaveProperty('UnusedHttpApi');
  });

  it('may call the function, with one permission and one integration for each payload format', () => {
    const part = compileRoutes({
      a: [route('POST', '/a'), route('POST', '/b'), route('POST', '/c', "payloadFormat: '2.0'")],
    });
    expect(propertiesOf(part, 'AWS::ApiGatewayV2::Integration')).toEqual([
      {
        ApiId: { Ref: 'PublicApiHttpApi' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['HttpApiGatewayLambdaFunction', 'Arn'] },
        PayloadFormatVersion: '1.0',
      },
      expect.objectContaining({ PayloadFormatVersion: '2.0' }),
    ]);
    expect(propertiesOf(part, 'AWS::Lambda::Permission')).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': ['HttpApiGatewayLambdaFunction', 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${PublicApiHttpApi}/*`,
        },
      },
    ]);
  });
});

describe('two HTTP APIs', () => {
  it('that CloudFormation could not tell apart are refused', () => {
    const event = (api: string) => route('POST', '/a', '', api);
    expect(problemsOf(() => compileRoutes({ a: [event('publicApi'), event('public-api')] }))[0]).toBe(
      '- CloudFormation would know it as PublicApiHttpApi, which something else has already; expected a name that differs in more than "-"',
    );
  });
});

describe('a route', () => {
  it('is open without an authorizer, and for signed requests with iam', () => {
    const part = compileRoutes({
      a: [
        route('POST', '/a/{id}'),
        route("'*'", '/b/{proxy+}', 'authorizer: { type: iam }'),
        route('ANY', '$default'),
      ],
    });
    expect(propertiesOf(part, routes)).toEqual([
      {
        ApiId: { Ref: 'PublicApiHttpApi' },
        RouteKey: 'POST /a/{id}',
        Target: { 'Fn::Sub': `integrations/\${PublicApiHttpApiHttpApiGatewayLambdaFunctionIntegration1}` },
        AuthorizationType: 'NONE',
      },
      expect.objectContaining({ RouteKey: 'ANY /b/{proxy+}', AuthorizationType: 'AWS_IAM' }),
      expect.objectContaining({ RouteKey: '$default', AuthorizationType: 'NONE' }),
    ]);
  });

  it('comes from the line of its event', () => {
    const { resources } = compileRoutes({ a: [route('POST', '/a'), route('POST', '/b')] });
    const lines = Object.values(resources).flatMap(({ Type, line }) => (Type === routes ? [line] : []));
    expect(lines).toEqual([8, 9]);
  });

  it('stays the same resource when its job, its authorizer or the name of a parameter changes', () => {
    const idOf = (...args: Parameters<typeof compileRoutes>) =>
      Object.entries(compileRoutes(...args).resources).flatMap(([id, { Type }]) =>
        Type === routes ? [id] : [],
      );
    const [before] = idOf({ a: [route('POST', '/a/{id}')] });
    expect(idOf({ b: [route('POST', '/a/{number}', cognito())] })).toEqual([before]);
    expect(idOf({ a: [route('PUT', '/a/{id}')] })).not.toEqual([before]);
    expect(idOf({ a: [route('POST', '/a/{id}', '', 'other')] })).not.toEqual([before]);
  });
});

describe('a cognito authorizer', () => {
  it('takes tokens of the user pool for its app clients', () => {
    const part = compileRoutes({ a: [route('POST', '/a', cognito())] });
    expect(propertiesOf(part, authorizers)).toEqual([
      {
        ApiId: { Ref: 'PublicApiHttpApi' },
        Name: expect.stringMatching(/^cognito-[0-9a-f]{8}$/),
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: {
          Issuer: {
            'Fn::Sub': [
              `https://cognito-idp.\${Region}.\${AWS::URLSuffix}/\${UserPool}`,
              { Region: 'eu-west-1', UserPool: 'eu-west-1_Ab12Cd34E' },
            ],
          },
          Audience: ['abc'],
        },
      },
    ]);
    const [id] = Object.entries(part.resources).flatMap(([id, { Type }]) =>
      Type === authorizers ? [id] : [],
    );
    expect(propertiesOf(part, routes)).toEqual([
      expect.objectContaining({ AuthorizationType: 'JWT', AuthorizerId: { Ref: id } }),
    ]);
  });

  it('knows the issuer of a user pool of the same stack, and its client', () => {
    const reference =
      'authorizer: { type: cognito, properties: { userPoolArn: !GetAtt Users.Arn, clientIds: [!Ref Client] } }';
    const part = compileRoutes(
      { a: [route('POST', '/a', reference)] },
      'resources: { Users: { Type: AWS::Cognito::UserPool }, Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Users } } }',
    );
    const arn = { 'Fn::GetAtt': ['Users', 'Arn'] };
    expect(propertiesOf(part, authorizers)[0]?.['JwtConfiguration']).toEqual({
      Issuer: {
        'Fn::Sub': [
          `https://cognito-idp.\${Region}.\${AWS::URLSuffix}/\${UserPool}`,
          {
            Region: { 'Fn::Select': [3, { 'Fn::Split': [':', arn] }] },
            UserPool: { 'Fn::Select': [1, { 'Fn::Split': ['/', arn] }] },
          },
        ],
      },
      Audience: [{ Ref: 'Client' }],
    });
  });

  it('is refused without clientIds, on every line that has none', () => {
    const none = cognito('identitySources: [$request.header.Token]');
    expect(
      problemsOf(() =>
        compileRoutes({ a: [route('POST', '/a', none), route('POST', '/b', none), route('POST', '/c')] }),
      ),
    ).toEqual([
      expect.stringMatching(/^8 the authorizer has no clientIds, .* such as clientIds: \[4bh2k9\]$/),
      expect.stringMatching(/^9 the authorizer has no clientIds/),
    ]);
  });
});

describe('a lambda authorizer', () => {
  it('is called with a role of its own, so that the function needs no permission of ours', () => {
    const part = compileRoutes({ a: [route('POST', '/a', lambda())] });
    const [[id = ''] = []] = Object.entries(part.resources).filter(([, { Type }]) => Type === authorizers);
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:authorize:live';
    expect(part.resources[id]?.Properties).toEqual({
      ApiId: { Ref: 'PublicApiHttpApi' },
      Name: expect.stringMatching(/^lambda-[0-9a-f]{8}$/),
      AuthorizerType: 'REQUEST',
      AuthorizerUri: {
        'Fn::Sub': [
          `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Function}/invocations`,
          { Function: arn },
        ],
      },
      AuthorizerCredentialsArn: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
      AuthorizerPayloadFormatVersion: '2.0',
      AuthorizerResultTtlInSeconds: 0,
      EnableSimpleResponses: true,
    });
    expect(part.resources[`${id}Role`]?.Properties).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [{ Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyDocument: { Statement: [{ Action: ['lambda:InvokeFunction'], Resource: [arn] }] } }],
    });
    expect(propertiesOf(part, routes)[0]).toMatchObject({
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: id },
    });
  });

  it('remembers a decision for what it was made of, and for its route', () => {
    const part = compileRoutes({
      a: [
        route(
          'POST',
          '/a',
          lambda(
            ', identitySources: [$request.header.Authorization], cacheResultSeconds: 300, iamResponse: true',
          ),
        ),
      ],
    });
    expect(propertiesOf(part, authorizers)[0]).toMatchObject({
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
      AuthorizerResultTtlInSeconds: 300,
      EnableSimpleResponses: false,
    });
  });
});

describe('equal authorizers', () => {
  it('of one API are one', () => {
    const part = compileRoutes({
      a: [route('POST', '/a', lambda()), route('POST', '/b', cognito())],
      b: [route('POST', '/c', lambda()), route('POST', '/d', cognito('clientIds: [other]'))],
    });
    expect(propertiesOf(part, authorizers).map(({ AuthorizerType }) => AuthorizerType)).toEqual([
      'REQUEST',
      'JWT',
      'JWT',
    ]);
    const [a, , c] = propertiesOf(part, routes);
    expect(a?.['AuthorizerId']).toEqual(c?.['AuthorizerId']);
  });

  it('of two APIs are two', () => {
    const part = compileRoutes({
      a: [route('POST', '/a', cognito()), route('POST', '/a', cognito(), 'other')],
    });
    expect(propertiesOf(part, authorizers).map(({ ApiId }) => ApiId)).toEqual([
      { Ref: 'PublicApiHttpApi' },
      { Ref: 'OtherHttpApi' },
    ]);
  });
});
