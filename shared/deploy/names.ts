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
