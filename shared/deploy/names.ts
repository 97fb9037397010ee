/** A stack: one jobs.yml, deployed under the name of a stage. */
export type Stage = { readonly service: string; readonly stage: string };

/** The ledger's table. */
export function toTableName({ service, stage }: Stage): string {
  return `${service}-${stage}-runs`;
}

/** `name`: of the file in functions/, such as manual. */
export function toFunctionName({ service, stage }: Stage, name: string): string {
  return `${service}-${stage}-${name}`;
}

/** What the names of all that a stack makes for its jobs begin with: families, projects, machines, queues. */
export function toNamePrefix({ service, stage }: Stage): string {
  return `${service}-${stage}-`;
}

/**
 * What a stage may be called: it is part of names that have little room, such as a load balancer's. It has no "-", which
 * services have: the stage b-c of a service a would be the stage c of a service a-b.
 */
export const stageName = /^[a-z][a-z0-9]{0,15}$/;

/** The CloudFormation stack, as the Serverless Framework names it. */
export function toStackName({ service, stage }: Stage): string {
  return `${service}-${stage}`;
}
