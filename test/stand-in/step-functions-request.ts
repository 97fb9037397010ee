import { ServiceError } from './service.ts';

/** What a request to Step Functions says, checked as the service does. */
export type Request = Readonly<Record<string, unknown>>;

const machineShape = /^(arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:[^:/\s]{1,80})(?::([^:/\s]{1,80}))?$/;
const executionShape = /^arn:aws:states:[a-z0-9-]+:\d{12}:execution:[^:/\s]{1,80}:[^:/\s]{1,80}$/;

/** `base` is without the version or the alias that `qualifier` names. */
export function readMachineArn(request: Request): {
  readonly base: string;
  readonly qualifier: string | undefined;
} {
  const arn = readArn(request, 'stateMachineArn');
  const [, base, qualifier] = machineShape.exec(arn) ?? [];
  if (base === undefined) throw invalidArn(arn);
  return { base, qualifier };
}

export function readExecutionArn(request: Request): string {
  const arn = readArn(request, 'executionArn');
  if (!executionShape.test(arn)) throw invalidArn(arn);
  return arn;
}

const longestInputBytes = 262_144;

/** JSON of at most 262,144 bytes in UTF-8; an empty object by default. */
export function readInput(request: Request): string {
  const input = request['input'] ?? '{}';
  if (typeof input !== 'string') throw new ServiceError('SerializationException', 'input is not a string');
  if (Buffer.byteLength(input) > longestInputBytes) {
    throw new ServiceError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: input exceeds ${longestInputBytes} bytes`,
    );
  }
  try {
    JSON.parse(input);
  } catch {
    throw new ServiceError('InvalidExecutionInput', 'Invalid State Machine Execution Input: not valid JSON');
  }
  return input;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the service names them among what a name must not contain.
const badInName = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

/** Undefined when the service is to make one up. */
export function readName(request: Request): string | undefined {
  const name = request['name'];
  if (name === undefined) return undefined;
  if (typeof name === 'string' && name.length >= 1 && name.length <= 80 && !badInName.test(name)) return name;
  throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
}

/** StopExecution's error and cause. */
export function readText(request: Request, key: string, longest: number): string | undefined {
  const text = request[key];
  if (text === undefined || text === null) return undefined;
  if (typeof text === 'string' && text.length <= longest) return text;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${key}' failed to satisfy constraint: Member must have length less than or equal to ${longest}`,
  );
}

function readArn(request: Request, key: string): string {
  const arn = request[key];
  if (typeof arn === 'string' && arn.length >= 1 && arn.length <= 256) return arn;
  throw new ServiceError('ValidationException', `1 validation error detected: Value at '${key}' is no ARN`);
}

function invalidArn(arn: string): ServiceError {
  return new ServiceError('InvalidArn', `Invalid Arn: '${arn}'`);
}
