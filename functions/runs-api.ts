import { initialise } from '../shared/lambda/handler.ts';
import { openRunsApi } from '../shared/lambda/runs-api.ts';

/** The runs over HTTP, for those whom an authorizer lets in. */
export const handler = initialise(openRunsApi);
