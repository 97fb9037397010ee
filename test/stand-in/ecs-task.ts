import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Container, runContainer } from './container.ts';
import type { Core } from './core.ts';
import {
  type EcsContainerDefinition,
  type EcsDefinition,
  type ReadObject,
  toEnvironment,
} from './ecs-definition.ts';
import type { RunTaskRequest } from './ecs-request.ts';

export type StopCode =
  | 'TaskFailedToStart'
  | 'EssentialContainerExited'
  | 'UserInitiated'
  | 'ServiceSchedulerInitiated'
  | 'SpotInterruption'
  | 'TerminationNotice';

/** Why a task never runs: as its stoppedReason, and its containers' reason, would say. */
export type StartFailure = { readonly stoppedReason: string; readonly containerReason?: string };

export type EcsTask = {
  readonly arn: string;
  readonly request: RunTaskRequest;
  /** Variables of each container, once they were started. */
  readonly environments: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly hasBegun: () => boolean;
  readonly lastStatus: () => string;
  readonly desiredStatus: () => string;
  readonly stoppedAt: () => number | undefined;
  readonly output: (container: string) => string;
  readonly stop: (code: StopCode, reason: string) => void;
  /** Spot's warning, and the end some time later. */
  readonly interrupt: () => void;
  /** As the API gives it: times in seconds. */
  readonly toAnswer: () => Readonly<Record<string, unknown>>;
  readonly run: () => Promise<void>;
  /** Ends it without a word. */
  readonly kill: () => Promise<void>;
};

export type EcsTaskOptions = {
  readonly arn: string;
  readonly clusterArn: string;
  readonly definition: EcsDefinition;
  readonly definitionArn: string;
  readonly request: RunTaskRequest;
  readonly readObject: ReadObject;
  readonly startFailure: StartFailure | undefined;
  /** Between one status and the next. */
  readonly stepMs: number;
};

type Part = {
  readonly definition: EcsContainerDefinition;
  lastStatus: string;
  exitCode?: number;
  reason?: string;
  container?: Container;
};

/** One task: it goes through ECS's statuses, runs its containers, and tells of each change. */
export function createTask(core: Core, options: EcsTaskOptions): EcsTask {
  const { arn, clusterArn, definition, definitionArn, request, readObject, startFailure, stepMs } = options;
  const parts: Part[] = definition.containers.map((each) => ({ definition: each, lastStatus: 'PENDING' }));
  const environments = new Map<string, Readonly<Record<string, string>>>();
  const stopAsked = Promise.withResolvers<void>();
  const times: Record<string, number> = { createdAt: core.now() };
  let lastStatus = 'PROVISIONING';
  let desiredStatus = 'RUNNING';
  let version = 1;
  let stopCode: StopCode | undefined;
  let stoppedReason: string | undefined;
  let hasBegun = false;
  let isKilled = false;

  function toShape(toTime: (ms: number) => unknown): Record<string, unknown> {
    return {
      taskArn: arn,
      clusterArn,
      taskDefinitionArn: definitionArn,
      attachments: [{ id: arn.slice(-32), type: 'ElasticNetworkInterface', status: 'ATTACHED', details: [] }],
      availabilityZone: 'eu-west-1a',
      connectivity: 'CONNECTED',
      containers: parts.map(({ definition: { name }, lastStatus: status, exitCode, reason }) => ({
        containerArn: `${arn.replace(':task/', ':container/')}/${name}`,
        taskArn: arn,
        name,
        lastStatus: status,
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(reason === undefined ? {} : { reason }),
      })),
      cpu: String(request.overrides['cpu'] ?? definition.cpu ?? '256'),
      memory: String(request.overrides['memory'] ?? definition.memory ?? '512'),
      desiredStatus,
      enableExecuteCommand: false,
      group: request.group ?? `family:${definition.family}`,
      lastStatus,
      ...(request.isSpot ? { capacityProviderName: 'FARGATE_SPOT' } : {}),
      launchType: 'FARGATE',
      overrides: { inferenceAcceleratorOverrides: [], ...request.overrides },
      platformVersion: '1.4.0',
      platformFamily: 'Linux',
      ...(request.startedBy === '' ? {} : { startedBy: request.startedBy }),
      ...(stopCode === undefined ? {} : { stopCode }),
      ...(stoppedReason === undefined ? {} : { stoppedReason }),
      ...Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, toTime(ms)])),
      version,
    };
  }

  function tell(): void {
    if (isKilled) return;
    const updatedAt = new Date(core.now()).toISOString();
    core.emit({
      source: 'aws.ecs',
      'detail-type': 'ECS Task State Change',
      resources: [arn],
      detail: { ...toShape((ms) => new Date(ms).toISOString()), updatedAt },
    });
  }

  function move(status: string): void {
    lastStatus = status;
    version += 1;
    tell();
  }

  function setStop(code: StopCode, reason: string): void {
    desiredStatus = 'STOPPED';
    stopCode ??= code;
    stoppedReason ??= reason;
    times['stoppingAt'] ??= core.now();
  }

  async function runPart(part: Part): Promise<void> {
    const { definition: own } = part;
    part.lastStatus = 'RUNNING';
    const environment = environments.get(own.name) ?? {};
    if (own.course !== undefined) {
      const { seconds, exitCode, reason } = own.course;
      const whole = new AbortController();
      const ended = sleep(seconds * 1000, true, { signal: whole.signal }).catch(() => false);
      const isByItself = await Promise.race([ended, stopAsked.promise.then(() => false)]);
      whole.abort();
      part.exitCode = isByItself ? exitCode : 143;
      if (isByItself && reason !== undefined) part.reason = reason;
    } else {
      const command = request.containers.find(({ name }) => name === own.name)?.command ?? own.command ?? [];
      const container = runContainer(command, environment);
      part.container = container;
      void stopAsked.promise.then(() => container.stop((own.stopTimeoutSeconds ?? 30) * 1000));
      const exit = await container.ended;
      if (exit.exitCode !== undefined) part.exitCode = exit.exitCode;
      if (exit.reason !== undefined) part.reason = exit.reason;
    }
    part.lastStatus = 'STOPPED';
  }

  async function runParts(): Promise<void> {
    hasBegun = true;
    const ends = parts.map(async (part) => {
      await runPart(part);
      if (part.definition.isEssential === false || desiredStatus === 'STOPPED') return;
      const isStarted = part.exitCode !== undefined;
      setStop(
        isStarted ? 'EssentialContainerExited' : 'TaskFailedToStart',
        isStarted ? 'Essential container in task exited' : (part.reason ?? 'Task failed to start'),
      );
      stopAsked.resolve();
    });
    // A process that can't be started says so at once: its task never runs.
    await new Promise((resolve) => setImmediate(resolve));
    const isRefused = parts.some(({ reason }) => reason?.startsWith('CannotStartContainerError'));
    if (!isRefused && !isKilled) {
      times['startedAt'] = core.now();
      lastStatus = 'RUNNING';
      version += 1;
      tell();
    }
    await Promise.all(ends);
  }

  async function readVariables(): Promise<boolean> {
    try {
      for (const { definition: each } of parts) {
        const override = request.containers.find(({ name }) => name === each.name) ?? { environment: {} };
        environments.set(each.name, await toEnvironment(each, override, readObject));
      }
      return true;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      setStop('TaskFailedToStart', `ResourceInitializationError: failed to download env files: ${said}`);
      return false;
    }
  }

  async function run(): Promise<void> {
    tell();
    await sleep(stepMs);
    if (desiredStatus === 'RUNNING') {
      move('PENDING');
      await sleep(stepMs);
    }
    if (startFailure !== undefined && desiredStatus === 'RUNNING') {
      setStop('TaskFailedToStart', startFailure.stoppedReason);
      const [first] = parts;
      if (first !== undefined && startFailure.containerReason !== undefined) {
        first.reason = startFailure.containerReason;
      }
    }
    // What was stopped meanwhile is never begun.
    if (desiredStatus === 'RUNNING' && (await readVariables()) && desiredStatus === 'RUNNING')
      await runParts();
    if (isKilled) return;
    times['executionStoppedAt'] = core.now();
    move('DEPROVISIONING');
    await sleep(stepMs);
    for (const part of parts) part.lastStatus = 'STOPPED';
    times['stoppedAt'] = core.now();
    move('STOPPED');
  }

  return {
    arn,
    request,
    environments,
    hasBegun: () => hasBegun,
    lastStatus: () => lastStatus,
    desiredStatus: () => desiredStatus,
    stoppedAt: () => times['stoppedAt'],
    output: (name) => parts.find(({ definition: each }) => each.name === name)?.container?.output() ?? '',
    stop(code, reason) {
      if (desiredStatus === 'STOPPED') return;
      setStop(code, reason);
      version += 1;
      tell();
      stopAsked.resolve();
    },
    interrupt() {
      if (desiredStatus === 'STOPPED') return;
      setStop('TerminationNotice', 'Your Spot Task was interrupted.');
      version += 1;
      tell();
      stopCode = 'SpotInterruption';
      stopAsked.resolve();
    },
    toAnswer: () => ({ ...toShape((ms) => ms / 1000), tags: request.tags }),
    run,
    async kill() {
      isKilled = true;
      desiredStatus = 'STOPPED';
      stopAsked.resolve();
      for (const { container } of parts) container?.stop(0);
      await Promise.all(parts.map(({ container }) => container?.ended));
    },
  };
}

export function toTaskId(): string {
  return randomUUID().replaceAll('-', '');
}
