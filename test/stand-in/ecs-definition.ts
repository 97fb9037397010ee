import { ServiceError } from './service.ts';

/** A container of a task definition. What it runs is either a command or a course. */
export type EcsContainerDefinition = {
  readonly name: string;
  readonly command?: readonly string[];
  /** In place of a command: how it ends by itself after some time, without a process. */
  readonly course?: { readonly seconds: number; readonly exitCode: number; readonly reason?: string };
  readonly environment?: Readonly<Record<string, string>>;
  /** ARNs of objects. */
  readonly environmentFiles?: readonly string[];
  readonly secrets?: readonly string[];
  /** Left out, it is: when it ends, the task ends. */
  readonly isEssential?: boolean;
  /** From SIGTERM to SIGKILL; Fargate's default is 30. */
  readonly stopTimeoutSeconds?: number;
};

export type EcsDefinition = {
  readonly family: string;
  readonly revision: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly containers: readonly EcsContainerDefinition[];
};

export type ReadObject = (arn: string) => Promise<string>;

/** As the service's model has it, for DescribeTaskDefinition. */
export function toTaskDefinition({ family, revision, cpu, memory, containers }: EcsDefinition, arn: string) {
  return {
    taskDefinitionArn: arn,
    family,
    revision,
    status: 'ACTIVE',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: cpu ?? '256',
    memory: memory ?? '512',
    containerDefinitions: containers.map((each) => ({
      name: each.name,
      image: `${each.name}:latest`,
      essential: each.isEssential ?? true,
      command: each.command ?? [],
      environment: Object.entries(each.environment ?? {}).map(([name, value]) => ({ name, value })),
      environmentFiles: (each.environmentFiles ?? []).map((value) => ({ value, type: 's3' })),
      secrets: (each.secrets ?? []).map((name) => ({
        name,
        valueFrom: `arn:aws:ssm:eu-west-1:123456789012:parameter/${name}`,
      })),
      ...(each.stopTimeoutSeconds === undefined ? {} : { stopTimeout: each.stopTimeoutSeconds }),
    })),
  };
}

/** By family, family:revision or ARN, as RunTask takes it. */
export function findDefinition(definitions: readonly EcsDefinition[], name: string): EcsDefinition {
  const [family, revision] = name.replace(/^arn:.*:task-definition\//, '').split(':');
  const found = definitions
    .filter(
      (each) => each.family === family && (revision === undefined || each.revision === Number(revision)),
    )
    .sort((one, other) => other.revision - one.revision)[0];
  if (found === undefined) throw new ServiceError('ClientException', 'TaskDefinition not found.');
  return found;
}

/** bufio.Scanner's, which the agent reads with. */
const longestLineBytes = 64 * 1024;

/**
 * The variables that a container gets. An override's variables are put over the definition's, and both over those of
 * files, of which the first that names a variable counts. An override's list of files replaces the definition's.
 */
export async function toEnvironment(
  definition: EcsContainerDefinition,
  override: { readonly environment: Readonly<Record<string, string>>; readonly files?: readonly string[] },
  readObject: ReadObject,
): Promise<Record<string, string>> {
  const result: Record<string, string> = { ...definition.environment, ...override.environment };
  for (const arn of override.files ?? definition.environmentFiles ?? []) {
    const text = await readObject(arn);
    const file: Record<string, string> = {};
    for (const line of text.split('\n')) {
      if (Buffer.byteLength(line) >= longestLineBytes) throw new Error('bufio.Scanner: token too long');
      const equals = line.indexOf('=');
      if (line.startsWith('#') || equals < 1 || equals === line.length - 1) continue;
      file[line.slice(0, equals)] = line.slice(equals + 1).replace(/\r$/, '');
    }
    for (const [name, value] of Object.entries(file)) {
      if (!Object.hasOwn(result, name)) result[name] = value;
    }
  }
  return result;
}
