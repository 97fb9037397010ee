import { isObject, parseJson } from '../../events/json.ts';

/**
 * What an execution's error and cause say, for a person, not cut yet. The cause of a failed task is often the JSON of
 * all that the task was given, the event among it, so only what is known to be the reason is taken from it.
 */
export function toExecutionReason(error: string | undefined, cause: string | undefined): string | undefined {
  const why = cause === undefined ? undefined : toCause(cause);
  if (!error) return why;
  return why === undefined ? error : `${error}: ${why}`;
}

/** Where JSON begins within a text: Step Functions quotes a state's input when a path finds nothing in it. */
const jsonWithin = /['"]?[{[]\s*\\*["{[].*$/s;

/** Of ECS tasks, Batch jobs, builds, and functions that threw. */
const tellingKeys = [
  'errorType',
  'errorMessage',
  'StoppedReason',
  'StopCode',
  'StatusReason',
  'BuildStatus',
  'ExitCode',
  'Reason',
];

/** What holds these, as far as it matters: a task's containers, a Batch job's last container, a build. */
const tellingParts = ['Containers', 'Container', 'Build'];

function toCause(cause: string): string | undefined {
  const text = cause.trim();
  if (text === '') return undefined;
  if (!/^[{["]/.test(text)) return text.replace(jsonWithin, '…');
  const found = listTelling(parseJson(text), 0);
  return found.length === 0 ? undefined : found.join(', ');
}

function listTelling(value: unknown, depth: number): readonly string[] {
  if (depth > 3) return [];
  if (Array.isArray(value)) return value.flatMap((each) => listTelling(each, depth + 1));
  if (!isObject(value)) return [];
  const told = tellingKeys.flatMap((key) => {
    const each = Object.hasOwn(value, key) ? value[key] : undefined;
    const isTold = (typeof each === 'string' && each !== '') || typeof each === 'number';
    return isTold ? [`${key} ${each}`] : [];
  });
  const inside = tellingParts.flatMap((key) =>
    Object.hasOwn(value, key) ? listTelling(value[key], depth + 1) : [],
  );
  return [...told, ...inside];
}
