import type { Context } from 'aws-lambda';
import { initialise } from '../shared/lambda/handler.ts';
import { openLine } from '../shared/lambda/line.ts';
import { createSweep } from '../shared/router/sweep.ts';

/** Of what is under way when the time is up: a call takes ten seconds at most, and its outcome is saved. */
const reserveMs = 25_000;

/** Every minute: runs that nobody looked after when they were due. */
export const handler = initialise((environment, log) => {
  const line = openLine(environment, log, Date.now, 'sweep');
  const sweep = createSweep({ ...line, now: Date.now, warn: log.stumbled });
  return async (_: unknown, { awsRequestId, getRemainingTimeInMillis }: Context): Promise<void> => {
    log.swept(await sweep(Date.now() + getRemainingTimeInMillis() - reserveMs), awsRequestId);
  };
});
