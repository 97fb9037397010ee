import type { SourceName } from '../events/trigger-event.ts';
import { toCloudPlan } from '../jobs/cloud-plan.ts';
import type { Deployment } from '../jobs/deployment.ts';
import { toPlaces } from '../jobs/event-places.ts';
import { isReference } from '../jobs/reference.ts';
import type { RunnableJob } from '../jobs/runnable.ts';
import { textsIn } from '../jobs/texts.ts';
import type { Plan } from '../runs/plan.ts';
import { EnvironmentError } from './environment.ts';

/**
 * Throws EnvironmentError when the function doesn't know where an event of `sources` comes from: it would take what is
 * for that one to be for another, or for none. So it is for a moment in a deploy, when a function has its new files and
 * still its old environment. Places of other sources are told to other functions.
 */
export function refuseUnknownPlaces(jobs: readonly RunnableJob[], sources: readonly SourceName[]): void {
  for (const { name, events } of jobs) {
    const own = events.filter(({ type }) => sources.includes(type));
    const unknown = own.flatMap(toPlaces).find(isReference);
    if (unknown !== undefined) throw toError(unknown, `that events of job ${name} come from`);
  }
}

/** As toCloudPlan; throws EnvironmentError for one with an unknown value in it, which a run would keep for good. */
export function toKnownPlan(job: RunnableJob, deployment: Deployment): Plan {
  const plan = toCloudPlan(job, deployment);
  const unknown = textsIn(plan).find(isUnknown);
  if (unknown !== undefined) throw toError(unknown, `that job ${job.name} needs`);
  return plan;
}

/** Of what a deploy writes, only ARNs have pseudo parameters in them; commands of a build may say the same to a shell. */
function isUnknown(text: string): boolean {
  return isReference(text) || /^arn:\S*\$\{AWS::/.test(text);
}

function toError(text: string, what: string): EnvironmentError {
  return new EnvironmentError(
    `SIGNALBOX_REFERENCES has no value for ${text} ${what}, expected one from the same deploy as the function's files`,
  );
}
