import { routeKeyOf, toRouteShape } from '../../../jobs/http-route.ts';
import { runsApiRoutes } from '../../../runs-api/routes.ts';
import { ref, sub } from '../../cloudformation/value.ts';
import { toApiId } from '../ids.ts';
import type { Part, StackContext } from '../part.ts';
import { StackError } from '../stack-error.ts';
import { toHttpApi, toIntegration, toRouteId } from './http-api.ts';
import { findAuthorizerProblem, toAuthorizer } from './http-authorizer.ts';

/** The routes of the runs API, on an API of their own or on one that jobs have routes on too. */
export function toRunsApi(context: StackContext): Part {
  const { file } = context;
  if (file.runsApi === undefined) return { resources: {} };
  const { httpApiName: apiName, authorizer } = file.runsApi;
  const problem = findAuthorizerProblem(authorizer);
  if (problem !== undefined) throw new StackError([{ message: `runsApi: ${problem}` }]);
  const isMade = file.jobs.some(({ events }) =>
    events.some(
      ({ type, properties }) => type === 'http-api-gateway' && properties.httpApiGatewayName === apiName,
    ),
  );
  const api = isMade ? { resources: {}, outputs: {} } : toHttpApi(apiName, context);
  // In format 1.0 a request doesn't say that a Lambda authorizer which gives no context has let it in.
  const integration = toIntegration(apiName, 'runs-api', '2.0');
  const authorized = toAuthorizer(authorizer, { apiName, owner: 'Runs' });
  const routes = runsApiRoutes.map(({ method, path }) => [
    toRouteId(apiName, method, toRouteShape(path)),
    {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: ref(toApiId(apiName)),
        RouteKey: routeKeyOf(method, path),
        Target: sub(`integrations/\${${integration.id}}`),
        ...authorized.route,
      },
    },
  ]);
  return {
    resources: {
      ...api.resources,
      ...integration.resources,
      ...authorized.resources,
      ...Object.fromEntries(routes),
    },
    outputs: {
      ...api.outputs,
      RunsApiUrl: {
        Description: 'URL of the runs API',
        Value: sub(`\${${toApiId(apiName)}.ApiEndpoint}/runs`),
      },
    },
  };
}
