import { toLogicalId } from '../cloudformation/logical-id.ts';

/** Logical ids of what every stack has, for its other parts. */
export const ids = {
  ledger: 'Ledger',
  payloads: 'Payloads',
  /** Events that Lambda, SNS and EventBridge could not deliver to our functions. */
  undelivered: 'UndeliveredQueue',
  cluster: 'Cluster',
  scheduleGroup: 'ScheduleGroup',
} as const;

/** Of an HTTP API of jobs.yml. */
export function toApiId(name: string): string {
  return toLogicalId(name, 'HttpApi');
}
