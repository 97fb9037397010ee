import { routeKeyOf, toRouteShape } from '../../../jobs/http-route.ts';
import { ref, sub } from '../../cloudformation/value.ts';
import { toApiId } from '../ids.ts';
import type { Part } from '../part.ts';
import { StackError } from '../stack-error.ts';
import { toHttpApi, toIntegration, toRouteId } from './http-api.ts';
import { findAuthorizerProblem, toAuthorizer } from './http-authorizer.ts';
import { mergeResources } from './merge.ts';
import type { CompileSource, SourceRule } from './source-rules.ts';

type HttpRule = SourceRule<'http-api-gateway'>;

/**
 * The HTTP APIs that jobs have routes on, and their routes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const toRoutes: CompileSource<'http-api-gateway'> = (rules, context) => {
  const problems = rules.flatMap(({ rule: { line, properties } }) => {
    const message = findAuthorizerProblem(properties.authorizer);
    return message === undefined ? [] : [{ line, message }];
  });
  if (problems.length > 0) throw new StackError(problems);
  const names = new Set(rules.map(({ rule }) => rule.properties.httpApiGatewayName));
  const apis = [...names].map((name) => toHttpApi(name, context));
  return {
    resources: mergeResources([...apis.map(({ resources }) => resources), ...rules.map(toRoute)]),
    outputs: Object.assign({}, ...apis.map(({ outputs }) => outputs)),
  };
};

function toRoute({ rule }: HttpRule): Part['resources'] {
  const { httpApiGatewayName: apiName, method, path, authorizer, payloadFormat } = rule.properties;
  const { line } = rule;
  const integration = toIntegration(apiName, 'http-api-gateway', payloadFormat);
  const authorized = toAuthorizer(authorizer, { apiName, owner: '', line });
  return {
    ...integration.resources,
    ...authorized.resources,
    [toRouteId(apiName, method, toRouteShape(path))]: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: ref(toApiId(apiName)),
        RouteKey: routeKeyOf(method, path),
        Target: sub(`integrations/\${${integration.id}}`),
        ...authorized.route,
      },
      line,
    },
  };
}
