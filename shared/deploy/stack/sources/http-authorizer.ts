import type { JobsFile } from '../../../jobs/schema/file.ts';
import { getAtt, partOf, ref, sub } from '../../cloudformation/value.ts';
import { toDigest } from '../digest.ts';
import { toValue, toValues } from '../from-jobs.ts';
import { toApiId } from '../ids.ts';
import type { Declared } from '../part.ts';
import { toServiceRole } from '../service-role.ts';

type Authorizer = NonNullable<JobsFile['runsApi']>['authorizer'];
type Cognito = Extract<Authorizer, { readonly type: 'cognito' }>['properties'];
type Lambda = Extract<Authorizer, { readonly type: 'lambda' }>['properties'];

/** Where an authorizer stands: `line` of jobs.yml; `owner` keeps those of the runs API apart from those of jobs. */
export type AuthorizerPlace = {
  readonly apiName: string;
  readonly owner: '' | 'Runs';
  readonly line?: number;
};

/** What a route says of its authorizer, and the resources that this takes. */
export type RouteAuthorizer = {
  readonly route: { readonly AuthorizationType: string; readonly AuthorizerId?: unknown };
  readonly resources: Readonly<Record<string, Declared>>;
};

/** Why no authorizer can be made of it. */
export function findAuthorizerProblem(authorizer: Authorizer | undefined): string | undefined {
  if (authorizer?.type !== 'cognito') return undefined;
  return authorizer.properties.clientIds === undefined
    ? 'the authorizer has no clientIds, without which API Gateway takes no token; expected the app clients whose tokens are taken, such as clientIds: [4bh2k9]'
    : undefined;
}

/**
 * Equal authorizers of one place have equal resources.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html
 */
export function toAuthorizer(authorizer: Authorizer | undefined, place: AuthorizerPlace): RouteAuthorizer {
  if (authorizer === undefined) return { route: { AuthorizationType: 'NONE' }, resources: {} };
  if (authorizer.type === 'iam') return { route: { AuthorizationType: 'AWS_IAM' }, resources: {} };
  const api = toApiId(place.apiName);
  const digest = toDigest(JSON.stringify(authorizer));
  const id = `${api}${place.owner}Authorizer${digest}`;
  const name = [place.owner.toLowerCase(), authorizer.type, digest].filter(Boolean).join('-');
  const line = place.line === undefined ? {} : { line: place.line };
  const base = { ApiId: ref(api), Name: name };
  const type = 'AWS::ApiGatewayV2::Authorizer';
  if (authorizer.type === 'cognito') {
    const jwt = toJwt(authorizer.properties);
    return {
      route: { AuthorizationType: 'JWT', AuthorizerId: ref(id) },
      resources: { [id]: { Type: type, Properties: { ...base, ...jwt }, ...line } },
    };
  }
  const role = `${id}Role`;
  const functionArn = toValue(authorizer.properties.functionArn);
  return {
    route: { AuthorizationType: 'CUSTOM', AuthorizerId: ref(id) },
    resources: {
      [id]: { Type: type, Properties: { ...base, ...toRequest(authorizer.properties, role) }, ...line },
      // A role, not a permission of the function's: that is not ours, and may be in another account.
      [role]: {
        ...toServiceRole('apigateway.amazonaws.com', [
          { actions: ['lambda:InvokeFunction'], resources: [functionArn] },
        ]),
        ...line,
      },
    },
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */
function toJwt({ userPoolArn, clientIds = [], identitySources }: Cognito): object {
  const arn = toValue(userPoolArn);
  return {
    AuthorizerType: 'JWT',
    IdentitySource: identitySources ?? ['$request.header.Authorization'],
    JwtConfiguration: {
      Issuer: sub(`https://cognito-idp.\${Region}.\${AWS::URLSuffix}/\${UserPool}`, {
        Region: partOf(arn, ':', 3),
        UserPool: partOf(arn, '/', 1),
      }),
      Audience: toValues(clientIds),
    },
  };
}

/**
 * A decision that is remembered counts for the route that it was made for: API Gateway would use it for every route of
 * the authorizer. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
function toRequest(
  { functionArn, identitySources, cacheResultSeconds, iamResponse }: Lambda,
  role: string,
): object {
  const perRoute = cacheResultSeconds > 0 ? ['$context.routeKey'] : [];
  const sources = identitySources && [...new Set([...identitySources, ...perRoute])];
  return {
    AuthorizerType: 'REQUEST',
    AuthorizerUri: sub(
      `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Function}/invocations`,
      { Function: toValue(functionArn) },
    ),
    AuthorizerCredentialsArn: getAtt(role, 'Arn'),
    AuthorizerPayloadFormatVersion: '2.0',
    AuthorizerResultTtlInSeconds: cacheResultSeconds,
    EnableSimpleResponses: !iamResponse,
    ...(sources && { IdentitySource: sources }),
  };
}
