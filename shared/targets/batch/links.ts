import type { BatchWork } from '../../runs/plan.ts';
import type { Try } from '../../runs/run.ts';
import { type Links, toConsole } from '../console.ts';
import { toExecutionConsole } from '../execution/execution-links.ts';

/** Where a person finds an execution. Its jobs have the logs. Undefined when the external id is not an execution's. */
export function toLinks(_work: BatchWork, externalId: string): Links | undefined {
  const console = toExecutionConsole(externalId);
  return console === undefined ? undefined : { console };
}

/**
 * Where a person finds one of its jobs, and what it wrote, unless its definition says otherwise.
 * https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
 */
export function toTryLinks({ jobQueue }: BatchWork, { externalId, logStream }: Try): Links | undefined {
  const [, partition, , region] = jobQueue.split(':');
  if (partition === undefined || region === undefined) return undefined;
  const page = `batch/home?region=${region}#jobs/detail/${encodeURIComponent(externalId)}`;
  const console = toConsole(partition, region, page);
  return logStream === undefined
    ? { console }
    : { console, logs: { group: '/aws/batch/job', stream: logStream } };
}
