import { describe, expect, it } from 'vitest';
import { toRoutes } from '../../../../shared/deploy/stack/sources/http-api-gateway.ts';
import { toRunsApi } from '../../../../shared/deploy/stack/sources/runs-api.ts';
import { compile, problemsOf, propertiesOf, toContext } from './rules-of.ts';

const runsApi = (authorizer = '{ type: iam }', api = 'publicApi') =>
  `runsApi: { httpApiName: ${api}, authorizer: ${authorizer} }`;
const lambda =
  '{ type: lambda, properties: { functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:authorize" } }';
const manual = { a: ['type: manual'] };
const route = (authorizer: string) =>
  `{ type: http-api-gateway, properties: { httpApiGatewayName: publicApi, method: POST, path: /a, authorizer: ${authorizer} } }`;

describe('the runs API', () => {
  it('has its four routes, all with its authorizer, in payload format 2.0', () => {
    const part = toRunsApi(toContext(manual, runsApi()));
    expect(propertiesOf(part, 'AWS::ApiGatewayV2::Route')).toEqual(
      ['GET /runs', 'GET /runs/{id}', 'POST /runs/{id}/cancel', 'POST /runs/{id}/replay'].map((RouteKey) => ({
        ApiId: { Ref: 'PublicApiHttpApi' },
        RouteKey,
        Target: { 'Fn::Sub': `integrations/\${PublicApiHttpApiRunsApiLambdaFunctionIntegration2}` },
        AuthorizationType: 'AWS_IAM',
      })),
    );
    expect(propertiesOf(part, 'AWS::ApiGatewayV2::Integration')).toEqual([
      expect.objectContaining({
        IntegrationUri: { 'Fn::GetAtt': ['RunsApiLambdaFunction', 'Arn'] },
        PayloadFormatVersion: '2.0',
      }),
    ]);
    expect(propertiesOf(part, 'AWS::Lambda::Permission')).toEqual([
      expect.objectContaining({ FunctionName: { 'Fn::GetAtt': ['RunsApiLambdaFunction', 'Arn'] } }),
    ]);
    expect(part.outputs?.['RunsApiUrl']?.Value).toEqual({
      'Fn::Sub': `\${PublicApiHttpApi.ApiEndpoint}/runs`,
    });
  });

  it('makes its HTTP API where no job has a route on it, and only there', () => {
    const alone = toRunsApi(toContext(manual, runsApi()));
    expect(propertiesOf(alone, 'AWS::ApiGatewayV2::Api')).toHaveLength(1);
    expect(alone.outputs).toHaveProperty('PublicApiHttpApiUrl');

    const context = toContext({ a: [route(lambda)] }, runsApi(lambda));
    const own = Object.keys(toRunsApi(context).resources);
    const jobs = Object.keys(compile('http-api-gateway', toRoutes, context).resources);
    expect(jobs).toContain('PublicApiHttpApi');
    expect(own.filter((id) => jobs.includes(id))).toEqual([]);
  });

  it('is not there without runsApi', () => {
    expect(toRunsApi(toContext(manual))).toEqual({ resources: {} });
  });

  it('is refused with an authorizer that takes no token', () => {
    const cognito =
      '{ type: cognito, properties: { userPoolArn: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_x" } }';
    expect(problemsOf(() => toRunsApi(toContext(manual, runsApi(cognito))))).toEqual([
      expect.stringMatching(/^- runsApi: the authorizer has no clientIds/),
    ]);
  });
});
