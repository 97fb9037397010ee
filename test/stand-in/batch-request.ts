import { ServiceError } from './service.ts';

type Request = Readonly<Record<string, unknown>>;

export type Submission = {
  readonly name: string;
  readonly queue: string;
  readonly definition: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly command: readonly string[] | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly propagatesTags: boolean;
};

const longestBytes = 30 * 1024;

/** What SubmitJob takes, as far as the stand-in knows it. https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html */
export function readSubmission(request: Request): Submission {
  if (Buffer.byteLength(JSON.stringify(request)) > longestBytes) {
    throw refused('Error executing request, Exception : Request size exceeds the limit of 30720 bytes');
  }
  const name = readRequired(request, 'jobName');
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(name)) throw refused(`Job name ${name} is not valid`);
  const overrides = toObject(request['containerOverrides']);
  const environment = toList(overrides['environment']).map(toObject);
  for (const each of environment) {
    if (typeof each['name'] !== 'string' || typeof each['value'] !== 'string') {
      throw refused('containerOverrides.environment must have names and values');
    }
    if (each['name'].startsWith('AWS_BATCH')) throw refused('Environment names may not start with AWS_BATCH');
  }
  const { attempts = 1 } = toObject(request['retryStrategy']);
  if (attempts !== 1) throw refused('retryStrategy.attempts: the stand-in runs one attempt of a job');
  const { attemptDurationSeconds: timeoutSeconds } = toObject(request['timeout']);
  if (timeoutSeconds !== undefined && !(Number.isInteger(timeoutSeconds) && Number(timeoutSeconds) >= 60)) {
    throw refused('attemptDurationSeconds must be at least 60');
  }
  const tags = toObject(request['tags']);
  if (Object.keys(tags).length > 50 || Object.values(tags).some((value) => typeof value !== 'string')) {
    throw refused('at most 50 tags, with texts as values');
  }
  return {
    name,
    queue: readRequired(request, 'jobQueue'),
    definition: readRequired(request, 'jobDefinition'),
    environment: environment as unknown as Submission['environment'],
    command: Array.isArray(overrides['command']) ? overrides['command'].map(String) : undefined,
    timeoutSeconds: timeoutSeconds === undefined ? undefined : Number(timeoutSeconds),
    tags: tags as Submission['tags'],
    propagatesTags: request['propagateTags'] === true,
  };
}

/** The name that jobs are asked for by; undefined when they aren't. Only one filter is taken, and only this one. */
export function readNameFilter(request: Request): string | undefined {
  const filters = toList(request['filters']).map(toObject);
  if (filters.length === 0) return undefined;
  const [filter] = filters;
  const [value] = toList(filter?.['values']);
  if (filters.length > 1 || filter?.['name'] !== 'JOB_NAME' || typeof value !== 'string') {
    throw refused('only one filter can be used at a time: the stand-in knows JOB_NAME');
  }
  return value;
}

export function readRequired(request: Request, member: string): string {
  const value = request[member];
  if (typeof value !== 'string' || value === '') throw refused(`${member} is required`);
  return value;
}

export function refused(message: string): ServiceError {
  return new ServiceError('ClientException', message);
}

export function toObject(value: unknown): Request {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Request) : {};
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
