import { initialise } from '../shared/lambda/handler.ts';
import { openLine } from '../shared/lambda/line.ts';
import { createWakeUps } from '../shared/router/wake-ups.ts';

/** Messages of the wake queue: runs whose turn has come. */
export const handler = initialise((environment, log) =>
  createWakeUps({ ...openLine(environment, log, Date.now), now: Date.now, warn: log.unfollowed }),
);
