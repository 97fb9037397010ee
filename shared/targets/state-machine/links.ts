import type { StateMachineWork } from '../../runs/plan.ts';
import type { Links } from '../console.ts';
import { toExecutionConsole } from '../execution/execution-links.ts';

/**
 * Where a person finds an execution. Where the user's own machine writes is not known here, so there are no logs.
 * Undefined when the external id is not an execution's.
 */
export function toLinks(_work: StateMachineWork, externalId: string): Links | undefined {
  const console = toExecutionConsole(externalId);
  return console === undefined ? undefined : { console };
}
