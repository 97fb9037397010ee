import {
  type Break,
  type Build,
  beginPhase,
  type Context,
  currentPhase,
  endPhase,
  type PhaseStatus,
  type PhaseType,
  phaseTypes,
  type Status,
} from './codebuild-build.ts';
import { toStateChange } from './codebuild-event.ts';
import { type Container, type Exit, runContainer } from './container.ts';
import type { Core } from './core.ts';

export type Progress = {
  /** The builds that have not ended. */
  readonly live: ReadonlySet<Build>;
  /** Takes a new build into the queue. */
  readonly add: (build: Build) => void;
  /** One that waits has ended then; one that runs ends when its process has. */
  readonly stop: (build: Build) => void;
  readonly outputOf: (build: Build) => string;
  readonly close: () => Promise<void>;
};

/** How often time is looked at while a build lives. */
const tickMs = 10;
/** From SIGTERM to SIGKILL. */
const graceMs = 1_000;

/** Moves builds through their phases, by the core's time; at most `concurrency` of them beyond the queue. */
export function createProgress(
  core: Core,
  { concurrency, provisioningMs }: { readonly concurrency: () => number; readonly provisioningMs: number },
): Progress {
  const live = new Set<Build>();
  const containers = new Map<Build, Container>();
  const ending = new Map<Build, 'STOPPED' | 'TIMED_OUT'>();
  let ticks: NodeJS.Timeout | undefined;

  return {
    live,
    add(build) {
      live.add(build);
      core.emit(toStateChange(build));
      ticks ??= setInterval(tick, tickMs);
      setImmediate(tick);
    },
    stop(build) {
      if (build.status === 'IN_PROGRESS') cutShort(build, 'STOPPED');
    },
    outputOf: (build) => containers.get(build)?.output() ?? '',
    async close() {
      clearInterval(ticks);
      live.clear();
      for (const container of containers.values()) container.stop(0);
      await Promise.all([...containers.values()].map(({ ended }) => ended));
    },
  };

  function tick(): void {
    let room = concurrency() - [...live].filter((build) => !isQueued(build)).length;
    for (const build of live) {
      const { work } = build;
      if (work.kind === 'breaks' && work.breaks.phase === 'QUEUED') breakOff(build, work.breaks);
      else if (isQueued(build) && room > 0) {
        room -= 1;
        endPhase(build, 'SUCCEEDED', core.now());
        beginPhase(build, 'PROVISIONING', core.now());
      }
      if (live.has(build)) advance(build);
    }
    if (live.size === 0) {
      clearInterval(ticks);
      ticks = undefined;
    }
  }

  function advance(build: Build): void {
    const { type, startedAt } = currentPhase(build);
    const { work } = build;
    if (type === 'QUEUED') {
      if (core.now() - startedAt >= build.queuedTimeoutMinutes * 60_000) cutShort(build, 'TIMED_OUT');
      return;
    }
    if (type === 'PROVISIONING' && core.now() - startedAt >= provisioningMs) begin(build);
    const begun = build.phases.find((phase) => phase.type === 'PROVISIONING');
    if (!live.has(build)) return;
    if (begun !== undefined && core.now() - begun.startedAt >= build.timeoutMinutes * 60_000) {
      cutShort(build, 'TIMED_OUT');
    }
    const phase = currentPhase(build);
    if (phase.type !== 'BUILD' || work.kind !== 'course') return;
    if (core.now() - phase.startedAt >= work.seconds * 1000) exit(build, { exitCode: work.exitCode });
  }

  /** Its container is there: through what is done before the commands, as far as it gets. */
  function begin(build: Build): void {
    const { work } = build;
    if (work.kind === 'breaks') {
      passTo(build, work.breaks.phase);
      breakOff(build, work.breaks);
      return;
    }
    passTo(build, 'BUILD');
    if (work.kind === 'course') return;
    const container = runContainer(work.command, toEnvironment(build));
    containers.set(build, container);
    void container.ended.then((how) => exit(build, how));
  }

  function passTo(build: Build, type: PhaseType): void {
    const from = phaseTypes.indexOf(currentPhase(build).type) + 1;
    for (const next of phaseTypes.slice(from, phaseTypes.indexOf(type) + 1)) {
      endPhase(build, 'SUCCEEDED', core.now());
      beginPhase(build, next, core.now());
    }
  }

  function exit(build: Build, { exitCode, reason }: Exit): void {
    if (!live.has(build)) return;
    const cut = ending.get(build);
    if (cut !== undefined) finish(build, cut, cut);
    else if (exitCode === 0) {
      passTo(build, 'FINALIZING');
      finish(build, 'SUCCEEDED', 'SUCCEEDED');
    } else {
      const command = build.work.kind === 'command' ? build.work.command.join(' ') : 'a course';
      const why = exitCode === undefined ? reason : `exit status ${exitCode}`;
      const message = `Error while executing command: ${command}. Reason: ${why}`;
      finish(build, 'FAILED', 'FAILED', { statusCode: 'COMMAND_EXECUTION_ERROR', message });
    }
  }

  function cutShort(build: Build, status: 'STOPPED' | 'TIMED_OUT'): void {
    const container = containers.get(build);
    if (container === undefined) finish(build, status, status);
    else if (!ending.has(build)) {
      ending.set(build, status);
      container.stop(graceMs);
    }
  }

  function breakOff(build: Build, { status, phaseStatus, context }: Break): void {
    finish(build, status, phaseStatus, context);
  }

  function finish(build: Build, status: Status, phaseStatus: PhaseStatus, context?: Context): void {
    endPhase(build, phaseStatus, core.now(), context);
    beginPhase(build, 'COMPLETED', core.now());
    build.status = status;
    build.endedAt = core.now();
    live.delete(build);
    core.emit(toStateChange(build));
  }
}

function isQueued(build: Build): boolean {
  return currentPhase(build).type === 'QUEUED';
}

function toEnvironment(build: Build): Record<string, string> {
  return {
    ...Object.fromEntries(build.variables.map(({ name, value }) => [name, value])),
    CODEBUILD_BUILD_ID: `${build.project}:${build.uuid}`,
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_NUMBER: String(build.number),
  };
}
