import { z } from 'zod';
import { eventBusArn } from './arns.ts';
import { matching } from './basics.ts';

const expected = 'none, or one of { eventBusName: … }, { eventBusArn: … } and { useDefaultBus: true }';

/** Where the status changes of all runs are announced. */
export const announcements = z.union(
  [
    z.literal('none'),
    z.strictObject({
      eventBusName: matching(/^[A-Za-z0-9_./-]{1,256}$/, 'the name of an event bus').describe('The bus.'),
    }),
    z.strictObject({ eventBusArn: eventBusArn.describe('The bus.') }),
    z.strictObject({
      useDefaultBus: z.literal(true).describe('The bus of the account that AWS services send to.'),
    }),
  ],
  { error: expected },
);
