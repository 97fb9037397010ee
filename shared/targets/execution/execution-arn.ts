/** A name that a run's executions have: with the attempt's number where the engine retries, without where they do. */
export type ExecutionName = { readonly runId: string; readonly attempt?: number };

export type ExecutionArn = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly machine: string;
  readonly name: string;
};

const nameShape = /^([0-9a-z]{26})(?:-([1-9][0-9]{0,2}))?$/;

/** Undefined for the name of an execution that no run started. */
export function parseExecutionName(name: string): ExecutionName | undefined {
  const [, runId, attempt] = nameShape.exec(name) ?? [];
  if (runId === undefined) return undefined;
  return attempt === undefined ? { runId } : { runId, attempt: Number(attempt) };
}

/**
 * The ARN that an execution of that name has, of a machine by its ARN or that of a version or an alias: those are not
 * part of it. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function toExecutionArn(machineArn: string, name: string): string {
  const [arn, partition, service, region, account, , machine] = machineArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
}

/** Without the version or the alias. */
export function toMachineArn(arn: string): string {
  return arn.split(':').slice(0, 7).join(':');
}

const arnShape = /^arn:([a-z0-9-]+):states:([a-z0-9-]+):([0-9]{12}):execution:([^:\s]+):([^:\s]+)$/;

/** Undefined for what is no ARN of an execution of a STANDARD machine. */
export function parseExecutionArn(text: string): ExecutionArn | undefined {
  const [, partition, region, account, machine, name] = arnShape.exec(text) ?? [];
  if (
    partition === undefined ||
    region === undefined ||
    account === undefined ||
    machine === undefined ||
    name === undefined
  ) {
    return undefined;
  }
  return { partition, region, account, machine, name };
}

/** The machine of an execution; that of a Distributed Map's child execution is `<machine>/<map>`. */
export function toMachineOf({ partition, region, account, machine }: ExecutionArn): string {
  return `arn:${partition}:states:${region}:${account}:stateMachine:${machine}`;
}
