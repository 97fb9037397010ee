/*
 * The family of a job's task definition is named after what is in it, so that a run goes on with the one that it was
 * planned with after any number of deploys: `media-prod-thumbnail-3fa9c1d2`.
 */

/** What the families of a job begin with; eight hex digits follow. */
export function toFamilyPrefix(
  { service, stage }: { readonly service: string; readonly stage: string },
  job: string,
): string {
  return `${service}-${stage}-${job}-`;
}

const shape = /^(.+-)[0-9a-f]{8}$/;

/** Whether two families are of one job, whatever is in them. */
export function areOfOneJob(family: string, other: string): boolean {
  const prefix = shape.exec(family)?.[1];
  return prefix !== undefined && prefix === shape.exec(other)?.[1];
}
