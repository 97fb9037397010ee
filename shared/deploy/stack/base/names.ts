import type { TargetName } from '../../../jobs/schema/targets.ts';
import type { Stage } from '../../names.ts';
import type { JobWithPart } from '../stack.ts';

/** What runs jobs in AWS. */
export type CloudTargetName = Exclude<TargetName, 'process'>;

/** `{target}` stands for the name of each in the functions' environment. */
export function toWakeQueueName({ service, stage }: Stage, target: CloudTargetName | '{target}'): string {
  return `${service}-${stage}-wake-${target}`;
}

/** Names of rules that tell one of the functions something, for the function's permission. */
export function toRulePrefix({ service, stage }: Stage, what: 'state-change' | 'sweep'): string {
  return `${service}-${stage}-${what}`;
}

/** The targets of these jobs, each once, in alphabetical order. */
export function toTargets(jobs: readonly JobWithPart[]): readonly CloudTargetName[] {
  const targets = jobs.flatMap(({ job: { target } }) => (target === 'process' ? [] : [target]));
  return [...new Set(targets)].toSorted();
}
