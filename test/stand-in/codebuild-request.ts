import type { Variable } from './codebuild-build.ts';
import { ServiceError } from './service.ts';

type Request = Readonly<Record<string, unknown>>;

/** Of one variable's value. AWS speaks of characters; in bytes of UTF-8 it is the least that can mean. */
const longestValueBytes = 4096;
/** Of all names and values that a request brings; not documented, so a stand-in keeps the smallest that was told of. */
const longestTogetherBytes = 5500;
const types = ['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER'];

/** What StartBuild is asked for, as far as it's understood here; anything else is an error, so that nothing is ignored. */
export type StartRequest = {
  readonly projectName: string;
  readonly idempotencyToken: string | undefined;
  readonly variables: readonly Variable[];
  readonly timeoutMinutes: number | undefined;
  readonly queuedTimeoutMinutes: number | undefined;
  readonly image: string | undefined;
  readonly computeType: string | undefined;
  readonly buildspec: string | undefined;
};

const understood = [
  'projectName',
  'idempotencyToken',
  'environmentVariablesOverride',
  'timeoutInMinutesOverride',
  'queuedTimeoutInMinutesOverride',
  'imageOverride',
  'computeTypeOverride',
  'buildspecOverride',
  'autoRetryLimitOverride',
];

export function parseStartRequest(request: Request): StartRequest {
  for (const key of Object.keys(request)) {
    if (!understood.includes(key)) throw invalid(`the stand-in does not understand ${key}`);
  }
  parseNumber(request, 'autoRetryLimitOverride', 0, 10);
  return {
    projectName: parseName(request, 'projectName'),
    idempotencyToken: parseText(request, 'idempotencyToken'),
    variables: parseVariables(request['environmentVariablesOverride']),
    timeoutMinutes: parseNumber(request, 'timeoutInMinutesOverride', 5, 2160),
    queuedTimeoutMinutes: parseNumber(request, 'queuedTimeoutInMinutesOverride', 5, 480),
    image: parseText(request, 'imageOverride'),
    computeType: parseText(request, 'computeTypeOverride'),
    buildspec: parseText(request, 'buildspecOverride'),
  };
}

export function parseName(request: Request, key: string): string {
  const value = parseText(request, key);
  if (value === undefined || value === '') throw invalid(`${key} is required`);
  return value;
}

export function parseIds(value: unknown): readonly string[] {
  const ids = Array.isArray(value) ? value : [];
  if (ids.length < 1 || ids.length > 100) throw invalid('ids must have between 1 and 100 items');
  return ids.map((id) => parseBuildId(id));
}

export function parseBuildId(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w-]+:[\w-]+$/.test(value))
    throw invalid('Invalid build ID specified');
  return value;
}

export function parseText(request: Request, key: string): string | undefined {
  const value = request[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new ServiceError('SerializationException', `${key} is not a string`);
  return value;
}

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidInputException', message);
}

function parseNumber(request: Request, key: string, least: number, most: number): number | undefined {
  const value = request[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(`Invalid value for ${key}: it must be between ${least} and ${most}`);
  }
  return value;
}

function parseVariables(value: unknown): readonly Variable[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw new ServiceError('SerializationException', 'environmentVariablesOverride is not a list');
  }
  const variables = value.map(parseVariable);
  const together = variables.reduce((sum, each) => sum + Buffer.byteLength(each.name + each.value), 0);
  if (together > longestTogetherBytes) throw invalid('The environment variables are too long together');
  return variables;
}

function parseVariable({ name, value, type = 'PLAINTEXT' }: Request): Variable {
  if (typeof name !== 'string' || name === '') throw invalid('Environment variable name is required');
  if (typeof value !== 'string') throw invalid('Environment variable value is required');
  if (typeof type !== 'string' || !types.includes(type))
    throw invalid('Environment variable type is invalid');
  if (name.startsWith('CODEBUILD')) throw invalid(`Environment variable name ${name} is reserved`);
  if (Buffer.byteLength(value) > longestValueBytes) {
    throw invalid('EnvironmentVariable should be at most 4096 characters');
  }
  return { name, value, type };
}
