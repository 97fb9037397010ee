import { toReason } from '../../aws/errors.ts';
import type { Cause } from '../../runs/failure.ts';
import type { EpochMs } from '../../runs/run.ts';
import type { Links } from '../console.ts';
import { toDetails, toStopReason } from '../details.ts';
import type { Finding } from '../target.ts';
import { toStartFailure } from './start-failure.ts';
import type { EcsContainer, EcsTask } from './task.ts';

type Ended = Finding & { readonly state: 'ended' };

/** Unix: 128 and the signal's number. */
const signals: Readonly<Record<number, string>> = {
  130: 'SIGINT',
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};

/** What a container ends with that ECS itself ended. */
const endedFromOutside = [137, 143];

/**
 * How it is with a task, by what ECS says of it. `container` is the job's; without one, that which tells most. `logs`
 * is where its output goes, which ECS does not say.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
export function toFinding(
  task: EcsTask,
  container: string | undefined,
  now: EpochMs,
  logs?: Links['logs'],
): Finding {
  const own =
    container === undefined ? toTelling(task) : task.containers.find(({ name }) => name === container);
  // Why it stops is kept with its end: until then that would be a save for each step of its stopping.
  const lasting = { imageDigest: own?.imageDigest, logGroup: logs?.group, logStream: logs?.stream };
  switch (task.lastStatus) {
    case 'RUNNING':
    case 'DEACTIVATING':
    case 'STOPPING':
    case 'DEPROVISIONING':
      // A task that never ran goes through the latter states too. Spot's warning comes while it runs.
      return task.startedAt === undefined
        ? { state: 'pending' }
        : { state: 'running', startedAt: task.startedAt, ...toDetails(lasting) };
    case 'STOPPED':
    case 'DELETED': {
      const ending = toEnding(task, own, now);
      if (ending.state !== 'ended') return ending;
      const stopReason = toStopReason(task.stoppedReason, own?.reason ?? '');
      const { stopCode } = task;
      return { ...ending, ...toDetails({ ...lasting, exitCode: own?.exitCode, stopCode, stopReason }) };
    }
    default:
      return { state: 'pending' };
  }
}

function toEnding(task: EcsTask, container: EcsContainer | undefined, now: EpochMs): Finding {
  const times = {
    ...(task.startedAt === undefined ? {} : { startedAt: task.startedAt }),
    endedAt: task.endedAt ?? now,
  };
  const endedWith = (failure: Cause | undefined): Ended => ({
    state: 'ended',
    ...times,
    ...(failure === undefined ? {} : { failure: { ...failure, reason: toReason(failure.reason) } }),
  });
  const how = toHow(container);
  switch (task.stopCode) {
    case 'TaskFailedToStart': {
      const cause = toStartFailure(task);
      // It says something of the job, and is not started again for free.
      return cause.class === 'image-pull' ? endedWith(cause) : { state: 'never-started', cause };
    }
    case 'SpotInterruption':
    case 'TerminationNotice':
      return endedWith({ class: 'interrupted', reason: task.stoppedReason || 'Spot took it back', ...how });
    case 'UserInitiated':
    case 'ServiceSchedulerInitiated':
      return endedWith({ class: 'stopped', reason: task.stoppedReason || 'it was stopped', ...how });
    default:
      return endedWith(toExitFailure(task, container));
  }
}

function toExitFailure(task: EcsTask, container: EcsContainer | undefined): Cause | undefined {
  const { exitCode, reason = '' } = container ?? {};
  if (exitCode === 0) return undefined;
  const said = [reason, reason === '' ? task.stoppedReason : ''].filter((each) => each !== '').join('');
  if (exitCode === undefined) {
    return { class: 'exit-code', reason: `no exit code is known${said === '' ? '' : `: ${said}`}` };
  }
  const how = toHow(container);
  if (/OutOfMemory/i.test(`${reason} ${task.stoppedReason}`)) {
    return { class: 'out-of-memory', reason: reason || task.stoppedReason, ...how };
  }
  const other = endedFromOutside.includes(exitCode) ? toCulprit(task, container) : undefined;
  const blame =
    other === undefined ? '' : `, after the container ${other.name} had ended with ${other.exitCode}`;
  return {
    class: 'exit-code',
    reason: `ended with exit code ${exitCode}${blame}${toDetail(reason)}`,
    ...how,
  };
}

function toDetail(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}

/** An essential container that ends takes all others with it; ECS doesn't say which was the first. */
function toCulprit(task: EcsTask, container: EcsContainer | undefined): EcsContainer | undefined {
  return task.containers.find(
    ({ name, exitCode }) =>
      name !== container?.name && exitCode !== undefined && !endedFromOutside.includes(exitCode),
  );
}

/** Of a task whose job's container nobody knows: one that failed by itself, else one that ended by itself. */
function toTelling({ containers }: EcsTask): EcsContainer | undefined {
  const byThemselves = containers.filter(
    ({ exitCode }) => exitCode === undefined || !endedFromOutside.includes(exitCode),
  );
  return byThemselves.find(({ exitCode }) => exitCode !== 0) ?? byThemselves[0] ?? containers[0];
}

function toHow(container: EcsContainer | undefined): Pick<Cause, 'exitCode' | 'signal'> {
  const { exitCode } = container ?? {};
  const signal = exitCode === undefined ? undefined : signals[exitCode];
  return {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
  };
}
