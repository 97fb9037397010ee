import { compileHttpRules } from '../shared/jobs/rules/http.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { httpApiGateway } from '../shared/sources/http-api-gateway.ts';

/** Requests to HTTP APIs. */
export const handler = createLambdaHandler(httpApiGateway, { 'http-api-gateway': compileHttpRules });
