import { createBatch } from '../stand-in/batch.ts';
import { hasEnded } from '../stand-in/batch-job.ts';
import { createCodeBuild } from '../stand-in/codebuild.ts';
import { currentPhase } from '../stand-in/codebuild-build.ts';
import type { Core } from '../stand-in/core.ts';
import { createEcs } from '../stand-in/ecs.ts';
import type { CreateService } from '../stand-in/service.ts';
import { createStepFunctions } from '../stand-in/step-functions.ts';
import { TaskError } from '../stand-in/step-functions-machine.ts';
import { until } from '../support/until.ts';
import { jobDefinition, jobQueue, type TargetName, toBatchDefinition } from './jobs.ts';

/** Something that a service was made to run, of this attempt. */
export type SeenJob = { readonly attempt: number; readonly hasBegun: boolean; readonly lives: boolean };

/** The service where a target's jobs run, as it is seen from outside. A job lives until it is let end. */
export type Site = {
  readonly create: readonly CreateService[];
  /** What starts a job there. */
  readonly operation: string;
  /** In the order they were made. */
  readonly jobs: () => readonly SeenJob[];
  /** What lives runs, or waits for time to pass. */
  readonly isSteady: () => boolean;
  /** All that live end: with an error in the first attempt, well in the second. */
  readonly letEnd: (core: Core) => Promise<void>;
  /** Tokens are forgotten earlier than AWS says. */
  readonly lapseTokens?: () => void;
  /** What else must be so at the end. */
  readonly findProblems?: () => readonly string[];
};

export type SiteOptions = {
  /** What was made last can't be found by a look: for some looks, or for ever. */
  readonly newIsHidden?: 'a while' | 'for ever';
  readonly readObject?: (arn: string) => Promise<string>;
};

const makers: Readonly<Record<TargetName, (options: SiteOptions) => Site>> = {
  fargate: createFargateSite,
  codebuild: createCodeBuildSite,
  batch: createBatchSite,
  'state-machine': createStateMachineSite,
};

export function createSite(target: TargetName, options: SiteOptions = {}): Site {
  return makers[target](options);
}

function createFargateSite({ newIsHidden, readObject }: SiteOptions): Site {
  let ended = 0;
  const ecs = createEcs({
    clusters: ['crash'],
    ...(readObject === undefined ? {} : { readObject }),
    definitions: [
      {
        family: 'crash',
        revision: 1,
        containers: [
          {
            name: 'job',
            isEssential: false,
            get course() {
              return { seconds: 0, exitCode: ended === 0 ? 1 : 0 };
            },
          },
          // The task lives as long as this container, which the test ends.
          { name: 'lasting', course: { seconds: 86_400, exitCode: 0 } },
        ],
      },
    ],
  });
  ecs.hideNew(newIsHidden === undefined ? 0 : newIsHidden === 'a while' ? 3 : 1_000_000);
  return {
    create: [ecs.create],
    operation: 'RunTask',
    jobs: () =>
      ecs.tasks.map(({ request, hasBegun, lastStatus }) => ({
        attempt: Number(request.containers[0]?.environment['STP_CURRENT_ATTEMPT']),
        hasBegun: hasBegun(),
        lives: lastStatus() !== 'STOPPED',
      })),
    isSteady: () =>
      ecs.tasks.every(
        ({ lastStatus, desiredStatus }) =>
          lastStatus() === 'STOPPED' || (lastStatus() === 'RUNNING' && desiredStatus() === 'RUNNING'),
      ),
    async letEnd() {
      for (const task of ecs.tasks)
        task.stop('EssentialContainerExited', 'Essential container in task exited');
      await until('all that was let end has ended', () =>
        ecs.tasks.every(({ lastStatus }) => lastStatus() === 'STOPPED'),
      );
      ended += 1;
    },
    lapseTokens: ecs.lapseTokens,
  };
}

function createCodeBuildSite({ newIsHidden }: SiteOptions): Site {
  let ended = 0;
  let isOver = false;
  const codeBuild = createCodeBuild({
    projects: [
      {
        name: 'crash',
        work: {
          kind: 'course',
          get seconds() {
            return isOver ? 0 : Number.POSITIVE_INFINITY;
          },
          get exitCode() {
            return ended === 0 ? 1 : 0;
          },
        },
      },
    ],
    listedAfterMs: newIsHidden === undefined ? 0 : newIsHidden === 'a while' ? 60_000 : 86_400_000,
  });
  return {
    create: [codeBuild.create],
    operation: 'StartBuild',
    jobs: () =>
      codeBuild.builds().map(({ variables, status }) => ({
        attempt: Number(variables.find(({ name }) => name === 'STP_CURRENT_ATTEMPT')?.value),
        hasBegun: true,
        lives: status === 'IN_PROGRESS',
      })),
    isSteady: () =>
      codeBuild
        .builds()
        .every((build) => build.status !== 'IN_PROGRESS' || currentPhase(build).type === 'BUILD'),
    async letEnd() {
      isOver = true;
      await until('all that was let end has ended', () =>
        codeBuild.builds().every(({ status }) => status !== 'IN_PROGRESS'),
      );
      isOver = false;
      ended += 1;
    },
    lapseTokens: codeBuild.lapseTokens,
  };
}

const courseSeconds = 7200;

/** Its attempts are kept by its state machine, in one execution. */
function createBatchSite({ newIsHidden }: SiteOptions): Site {
  const batch = createBatch({
    queues: [jobQueue],
    definitions: {
      [jobDefinition]: {
        course: ({ name }) => ({ seconds: courseSeconds, exitCode: name.endsWith('-1') ? 1 : 0 }),
      },
    },
  });
  const steps = createStepFunctions({
    machines: [{ name: 'crash', definition: toBatchDefinition() }],
    handlers: batch.handlers,
  });
  if (newIsHidden !== undefined) steps.hideNewFor(newIsHidden === 'a while' ? 60 : 86_400);
  const lives = () => steps.executions().some(({ status }) => status === 'RUNNING');
  return {
    create: [steps.create, batch.create],
    operation: 'StartExecution',
    jobs: () =>
      batch.jobs().map((job) => ({
        attempt: Number(job.name.split('-')[1]),
        hasBegun: job.startedAt !== undefined,
        lives: !hasEnded(job),
      })),
    isSteady() {
      if (!lives()) return batch.jobs().every(hasEnded);
      const living = batch.jobs().filter((job) => !hasEnded(job));
      const isRunning = living.length > 0 && living.every(({ status }) => status === 'RUNNING');
      // Between two attempts the execution waits.
      return isRunning || (living.length === 0 && batch.jobs().length === steps.waits.length);
    },
    async letEnd(core) {
      core.pass(courseSeconds);
      await until('all that was let end has ended', () => batch.jobs().every(hasEnded));
    },
    findProblems() {
      const count = steps.executions().length;
      return count <= 1 ? [] : [`${count} executions began`];
    },
  };
}

function createStateMachineSite({ newIsHidden }: SiteOptions): Site {
  const resource = `arn:aws:lambda:eu-west-1:123456789012:function:work`;
  const working = new Map<string, () => void>();
  const steps = createStepFunctions({
    machines: [
      {
        name: 'crash',
        definition: { StartAt: 'Work', States: { Work: { Type: 'Task', Resource: resource, End: true } } },
      },
    ],
    handlers: {
      async [resource](_input, { executionName, signal }) {
        const { promise, resolve } = Promise.withResolvers<void>();
        working.set(executionName, resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
        await promise;
        working.delete(executionName);
        if (toAttempt(executionName) === 1) throw new TaskError('Work.Failed', 'as it does the first time');
        return {};
      },
    },
  });
  if (newIsHidden !== undefined) steps.hideNewFor(newIsHidden === 'a while' ? 60 : 86_400);
  const living = () => steps.executions().filter(({ status }) => status === 'RUNNING');
  return {
    create: [steps.create],
    operation: 'StartExecution',
    jobs: () =>
      steps.executions().map(({ name, status }) => ({
        attempt: toAttempt(name),
        hasBegun: true,
        lives: status === 'RUNNING',
      })),
    isSteady: () => living().every(({ name }) => working.has(name)),
    async letEnd() {
      for (const end of working.values()) end();
      await until('all that was let end has ended', () => living().length === 0);
    },
  };

  function toAttempt(name: string): number {
    return Number(name.split('-')[1]);
  }
}
