import { ServiceError } from './service.ts';

/** A RunTask request as far as the stand-in reads it, checked as ECS would. */
export type RunTaskRequest = {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly count: number;
  readonly isSpot: boolean;
  readonly startedBy: string;
  readonly clientToken: string | undefined;
  readonly group: string | undefined;
  readonly tags: readonly unknown[];
  readonly subnets: readonly string[];
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly containers: readonly ContainerOverride[];
};

export type ContainerOverride = {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly command?: readonly string[];
};

/** Memory in MiB that goes with CPU units: the least, the most, and the steps between. */
const sizes: Readonly<Record<string, readonly number[]>> = {
  '256': [512, 1024, 2048],
  '512': steps(1, 4, 1),
  '1024': steps(2, 8, 1),
  '2048': steps(4, 16, 1),
  '4096': steps(8, 30, 1),
  '8192': steps(16, 60, 4),
  '16384': steps(32, 120, 8),
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
export function parseRunTask(request: Readonly<Record<string, unknown>>): RunTaskRequest {
  const { launchType, capacityProviderStrategy, count = 1, startedBy = '', clientToken, tags = [] } = request;
  const taskDefinition = request['taskDefinition'];
  check(typeof taskDefinition === 'string' && taskDefinition !== '', 'TaskDefinition can not be blank.');
  check(
    launchType === undefined || capacityProviderStrategy === undefined,
    'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
  );
  check(typeof count === 'number' && count >= 1 && count <= 10, 'Count must be between 1 and 10.');
  check(
    typeof startedBy === 'string' && /^[A-Za-z0-9_/-]{0,128}$/.test(startedBy),
    'startedBy must be up to 128 letters, numbers, hyphens, slashes and underscores.',
  );
  check(
    clientToken === undefined || (typeof clientToken === 'string' && /^[!-~]{1,64}$/.test(clientToken)),
    'clientToken must be up to 64 characters in the range of 33-126.',
  );
  check(Array.isArray(tags) && tags.length <= 50, 'Too many tags.');
  const network = toRecord(toRecord(request['networkConfiguration'])['awsvpcConfiguration']);
  const subnets = toStrings(network['subnets']);
  check(subnets.length > 0, "Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  check(subnets.length <= 16, 'subnets can have at most 16 items.');
  check(toStrings(network['securityGroups']).length <= 5, 'securityGroups can have at most 5 items.');
  const overrides = toRecord(request['overrides']);
  check(JSON.stringify(overrides).length <= 8192, 'Container Overrides length must be at most 8192');
  checkSize(overrides);
  return {
    cluster: toText(request['cluster']) || 'default',
    taskDefinition,
    count,
    isSpot: toList(capacityProviderStrategy).some(
      (each) => toRecord(each)['capacityProvider'] === 'FARGATE_SPOT',
    ),
    startedBy,
    clientToken,
    group: typeof request['group'] === 'string' ? request['group'] : undefined,
    tags,
    subnets,
    overrides,
    containers: toList(overrides['containerOverrides']).map(parseContainer),
  };
}

function parseContainer(value: unknown): ContainerOverride {
  const { name, environment, environmentFiles, command } = toRecord(value);
  check(typeof name === 'string' && name !== '', 'Container override name can not be blank.');
  const files = toList(environmentFiles).map((each) => {
    const { value: arn, type } = toRecord(each);
    check(type === 's3', 'Environment file type must be s3.');
    check(
      typeof arn === 'string' && /^arn:aws[a-z-]*:s3:::[^/]+\/.+\.env$/.test(arn),
      'Invalid environment file: it must be the ARN of an object that ends in .env.',
    );
    return arn;
  });
  check(files.length <= 10, 'environmentFiles can have at most 10 items.');
  return {
    name,
    environment: Object.fromEntries(
      toList(environment).map((each) => {
        const pair = toRecord(each);
        check(toText(pair['name']) !== '', 'Environment variable name can not be blank.');
        return [toText(pair['name']), toText(pair['value'])];
      }),
    ),
    ...(environmentFiles === undefined ? {} : { files }),
    ...(command === undefined ? {} : { command: toStrings(command) }),
  };
}

function checkSize({ cpu, memory, ephemeralStorage }: Readonly<Record<string, unknown>>): void {
  if (cpu !== undefined && memory !== undefined) {
    check(
      sizes[toText(cpu)]?.includes(Number(memory)) === true,
      `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`,
    );
  }
  if (ephemeralStorage === undefined) return;
  const size = toRecord(ephemeralStorage)['sizeInGiB'];
  check(
    typeof size === 'number' && Number.isInteger(size) && size >= 20 && size <= 200,
    'ephemeralStorage must be between 20 and 200 GiB.',
  );
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new ServiceError('InvalidParameterException', message);
}

function steps(firstGb: number, lastGb: number, stepGb: number): number[] {
  return Array.from({ length: (lastGb - firstGb) / stepGb + 1 }, (_, at) => (firstGb + at * stepGb) * 1024);
}

export function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function toStrings(value: unknown): readonly string[] {
  return toList(value).map(toText);
}
