import type { Router } from '../shared/router/router.ts';
import { type Complain, createTrigger } from '../shared/router/trigger.ts';
import { httpApiGateway } from '../shared/sources/http-api-gateway.ts';

/** Requests to the routes of HTTP APIs. */
export const createHandler = (router: Router, complain: Complain) =>
  createTrigger(httpApiGateway, router, complain);
