import { parseToken } from '../../runs/run.ts';
import { eventVariable, tokenVariable, toStartedBy } from './request.ts';

/**
 * A task of ECS, as far as it matters here: the same for the SDK's answer and for an event, which differ in how they
 * write a time.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
 */
export type EcsTask = {
  readonly arn: string;
  readonly clusterArn: string;
  readonly definitionArn: string;
  readonly lastStatus: string;
  readonly startedBy: string;
  readonly stopCode?: string;
  readonly stoppedReason: string;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt?: number;
  readonly startedAt?: number;
  /** When its containers had ended, which is earlier than when the task was put away. */
  readonly endedAt?: number;
  readonly containers: readonly EcsContainer[];
  /** Of the containers that were given variables. */
  readonly overrides: readonly { readonly container: string; readonly variables: Map<string, string> }[];
};

export type EcsContainer = {
  readonly name: string;
  readonly exitCode?: number;
  readonly reason: string;
  /** `sha256:…` of its image; known once that was pulled. */
  readonly imageDigest?: string;
};

const taskArnShape = /^arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:task\/\S+$/;

export function isTaskArn(text: unknown): text is string {
  return typeof text === 'string' && taskArnShape.test(text);
}

/** undefined for what is not a task. Never throws. */
export function parseTask(value: unknown): EcsTask | undefined {
  const task = toRecord(value);
  const arn = task['taskArn'];
  if (!isTaskArn(arn)) return undefined;
  const stopCode = toText(task['stopCode']);
  return {
    arn,
    clusterArn: toText(task['clusterArn']),
    definitionArn: toText(task['taskDefinitionArn']),
    lastStatus: toText(task['lastStatus']),
    startedBy: toText(task['startedBy']),
    stoppedReason: toText(task['stoppedReason']),
    ...(stopCode === '' ? {} : { stopCode }),
    ...toTime('createdAt', task['createdAt']),
    ...toTime('startedAt', task['startedAt']),
    ...toTime('endedAt', task['executionStoppedAt'] ?? task['stoppedAt']),
    containers: toList(task['containers']).map(toContainer),
    overrides: toList(toRecord(task['overrides'])['containerOverrides']).map((each) => ({
      container: toText(toRecord(each)['name']),
      variables: toVariables(toRecord(each)['environment']),
    })),
  };
}

/**
 * The start that a task is of, and the container that got the event. A token counts only beside the `startedBy` that
 * goes with it: what a person starts again from the console has the old variables too.
 */
export function toOwnStart(
  task: EcsTask,
): { readonly token: string; readonly container: string } | undefined {
  for (const { container, variables } of task.overrides) {
    const token = variables.get(tokenVariable);
    const runId = parseToken(token)?.runId;
    if (token !== undefined && runId !== undefined && task.startedBy === toStartedBy(runId)) {
      return { token, container };
    }
  }
  return undefined;
}

/** The event that a task was given as a variable, and the container that it was given to. */
export function toOwnEvent(
  task: EcsTask,
): { readonly event: string; readonly container: string } | undefined {
  for (const { container, variables } of task.overrides) {
    const event = variables.get(eventVariable);
    if (event !== undefined) return { event, container };
  }
  return undefined;
}

function toContainer(value: unknown): EcsContainer {
  const { name, exitCode, reason, imageDigest } = toRecord(value);
  const digest = toText(imageDigest);
  return {
    name: toText(name),
    reason: toText(reason),
    ...(digest === '' ? {} : { imageDigest: digest }),
    ...(typeof exitCode === 'number' && Number.isInteger(exitCode) ? { exitCode } : {}),
  };
}

function toVariables(value: unknown): Map<string, string> {
  return new Map(
    toList(value).map((each) => [toText(toRecord(each)['name']), toText(toRecord(each)['value'])]),
  );
}

function toTime<K extends string>(key: K, value: unknown): Partial<Record<K, number>> {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : NaN;
  const named: Partial<Record<K, number>> = {};
  if (!Number.isNaN(ms)) named[key] = ms;
  return named;
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
