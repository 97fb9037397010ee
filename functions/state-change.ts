import type { Context } from 'aws-lambda';
import { initialise } from '../shared/lambda/handler.ts';
import { openLine } from '../shared/lambda/line.ts';
import { createStateChanges } from '../shared/router/state-changes.ts';

/** What ECS, CodeBuild, Batch and Step Functions say of what runs. */
export const handler = initialise((environment, log) => {
  const tell = createStateChanges({ ...openLine(environment, log, Date.now), now: Date.now });
  return async (event: unknown, { awsRequestId }: Context): Promise<void> => {
    log.told(await tell(event), awsRequestId);
  };
});
