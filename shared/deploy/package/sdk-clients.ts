import { sourceNames } from '../../events/trigger-event.ts';
import type { JobsFile } from '../../jobs/schema/file.ts';
import type { TargetName } from '../../jobs/schema/targets.ts';
import type { FunctionName } from '../stack/function-name.ts';

/** What a target is started and looked at with, of the SDK's clients that lie beside a function. */
const clientsOf: Readonly<Record<TargetName, readonly string[]>> = {
  fargate: ['client-ecs'],
  codebuild: ['client-codebuild'],
  batch: ['client-batch', 'client-sfn'],
  'state-machine': ['client-sfn'],
  process: [],
};

const ofTargets = new Set(Object.values(clientsOf).flat());

/**
 * The SDK's clients that a function goes with, out of those that its code names. A function of one source only ever
 * starts what its source's jobs run on; the others also go on with runs of jobs that have had another target.
 */
export function toSdkClients(
  name: FunctionName,
  named: readonly string[],
  { jobs }: Pick<JobsFile, 'jobs'>,
): readonly string[] {
  if (name === 'manual' || !sourceNames.some((source) => source === name)) return named;
  const started = jobs.filter(({ events }) => events.some(({ type }) => type === name));
  const needed = new Set(started.flatMap(({ target }) => clientsOf[target]));
  return named.filter((client) => !ofTargets.has(client) || needed.has(client));
}
