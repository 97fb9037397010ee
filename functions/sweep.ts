import { initialise } from '../shared/lambda/handler.ts';
import { openLine } from '../shared/lambda/line.ts';
import { toSweepMeasurements } from '../shared/lambda/measurement.ts';
import { createSweep } from '../shared/router/sweep.ts';
import { toEndBy } from '../shared/router/sweep-time.ts';

/** Every minute: runs that nobody looked after when they were due. */
export const handler = initialise((environment, log) => {
  const line = openLine(environment, log, Date.now, 'sweep');
  const sweep = createSweep({ ...line, now: Date.now, warn: log.stumbled });
  return async (_, { awsRequestId, getRemainingTimeInMillis }) => {
    const swept = await sweep(toEndBy(Date.now(), getRemainingTimeInMillis()));
    log.swept(swept, awsRequestId);
    log.measured(line.measured, toSweepMeasurements(swept));
  };
});
