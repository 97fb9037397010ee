import type { Output, Resources } from '../../cloudformation/template.ts';
import { arnOf, getAtt, ref } from '../../cloudformation/value.ts';
import { toDigest } from '../digest.ts';
import { type FunctionName, toFunctionId } from '../function-name.ts';
import { toApiId } from '../ids.ts';
import type { StackContext } from '../part.ts';
import { toInvokePermission } from './invoke-permission.ts';

/** What browsers may send and see: `*` doesn't stand for Authorization. */
const cors = {
  AllowOrigins: ['*'],
  AllowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  AllowHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'traceparent',
    'tracestate',
    'x-amz-content-sha256',
    'x-amz-date',
    'x-amz-security-token',
    'x-api-key',
  ],
  ExposeHeaders: ['idempotency-replayed', 'location', 'retry-after'],
  MaxAge: 3600,
} as const;

/**
 * An HTTP API of jobs.yml with a stage that every change of its routes goes to, and its URL.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html
 */
export function toHttpApi(
  name: string,
  { file, stage: { service, stage } }: StackContext,
): { readonly resources: Resources; readonly outputs: Readonly<Record<string, Output>> } {
  const api = toApiId(name);
  return {
    resources: {
      [api]: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: `${service}-${stage}-${name}`,
          ProtocolType: 'HTTP',
          ...(file.httpApis[name]?.cors && { CorsConfiguration: cors }),
        },
      },
      [`${api}Stage`]: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: ref(api), StageName: '$default', AutoDeploy: true },
      },
    },
    outputs: {
      [`${api}Url`]: { Description: `URL of the HTTP API ${name}`, Value: getAtt(api, 'ApiEndpoint') },
    },
  };
}

/** The integration of a function with an API in a payload format, and leave for the API to call the function. */
export function toIntegration(
  apiName: string,
  name: FunctionName,
  payloadFormat: '1.0' | '2.0',
): { readonly id: string; readonly resources: Resources } {
  const api = toApiId(apiName);
  const functionId = toFunctionId(name);
  const id = `${api}${functionId}Integration${payloadFormat.charAt(0)}`;
  return {
    id,
    resources: {
      [id]: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: ref(api),
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: getAtt(functionId, 'Arn'),
          PayloadFormatVersion: payloadFormat,
        },
      },
      [`${api}${functionId}Permission`]: toInvokePermission(
        name,
        'apigateway',
        arnOf('execute-api', `\${${api}}/*`),
      ),
    },
  };
}

/**
 * The logical id of a route: the same whichever job has it and whatever else it says, as API Gateway refuses a second
 * route for the same requests while the first one is still there. `shape` has no names of parameters in it.
 */
export function toRouteId(apiName: string, method: string, shape: string): string {
  return `${toApiId(apiName)}Route${toDigest(`${method} ${shape}`)}`;
}
