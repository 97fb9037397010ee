import type { BatchWork } from '../../runs/plan.ts';
import type { Try } from '../../runs/run.ts';
import { type Links, toConsole } from '../console.ts';
import { toExecutionConsole } from '../execution/execution-links.ts';

/** Where a person finds an execution. Its jobs have the logs. Undefined when the external id is not an execution's. */
export function toLinks(_work: BatchWork, externalId: string): Links | undefined {
  const console = toExecutionConsole(externalId);
  return console === undefined ? undefined : { console };
}

/** Where a person finds one of its jobs. Where its output went is in its details. */
export function toTryLinks({ jobQueue }: BatchWork, { externalId }: Try): Links | undefined {
  const [, partition, , region] = jobQueue.split(':');
  if (partition === undefined || region === undefined) return undefined;
  const page = `batch/home?region=${region}#jobs/detail/${encodeURIComponent(externalId)}`;
  return { console: toConsole(partition, region, page) };
}
