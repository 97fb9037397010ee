import { randomUUID } from 'node:crypto';
import { type Build, toAnswer, toId, type Variable, type Work } from './codebuild-build.ts';
import { toWork } from './codebuild-buildspec.ts';
import { createProgress, type Progress } from './codebuild-progress.ts';
import {
  invalid,
  parseBuildId,
  parseIds,
  parseName,
  parseStartRequest,
  parseText,
  type StartRequest,
} from './codebuild-request.ts';
import { type Core, createTokens, type Tokens } from './core.ts';
import { type CreateService, type Service, ServiceError } from './service.ts';

export type Project = {
  readonly name: string;
  /** What its builds do, unless a start brings a buildspec of its own. */
  readonly work: Work;
  readonly variables?: Readonly<Record<string, string>>;
  /** Builds beyond it are refused, not queued. */
  readonly concurrentBuildLimit?: number;
};

export type CodeBuildOptions = {
  readonly projects: readonly Project[];
  /** Builds of the account that are beyond the queue at one time. */
  readonly concurrency?: number;
  /** Builds of the account in the queue; AWS has five times the concurrency. */
  readonly mostQueued?: number;
  readonly provisioningMs?: number;
  readonly pageSize?: number;
  /** A build shows in lists only when it is that old. */
  readonly listedAfterMs?: number;
  /** What StopBuild says of a build that has ended; AWS doesn't document it. */
  readonly stopOfEnded?: 'answered' | 'refused';
};

export type CodeBuild = {
  readonly create: CreateService;
  /** In the order in which they were started. */
  readonly builds: () => readonly Build[];
  /** How many builds were started that carry this token as STP_START_TOKEN. */
  readonly begun: (token: string) => number;
  readonly outputOf: (arn: string) => string;
  /** Idempotency tokens are forgotten earlier than AWS promises. */
  readonly lapseTokens: () => void;
  readonly setConcurrency: (concurrency: number) => void;
  /** Somebody starts a build in the console. Gives its ARN. */
  readonly startByHand: (project: string, variables?: Readonly<Record<string, string>>) => string;
  /** A second build, with all that the first was started with. Gives its ARN. */
  readonly startAgain: (arn: string) => string;
  readonly removeProject: (name: string) => void;
};

/** As API_StartBuild says: a token is valid for five minutes. */
const tokenSeconds = 300;
/** Of a project: more builds are an error when they are to be sorted. */
const mostSorted = 100;

/**
 * CodeBuild: StartBuild, StopBuild, BatchGetBuilds and ListBuildsForProject, builds that run as child processes, and
 * their state changes. Its errors have the names of the service's model; their texts are AWS's where they are known.
 */
export function createCodeBuild(options: CodeBuildOptions): CodeBuild {
  const { pageSize = 100, listedAfterMs = 0, provisioningMs = 0, stopOfEnded = 'answered' } = options;
  const projects = new Map(options.projects.map((project) => [project.name, project]));
  const builds: Build[] = [];
  const byId = new Map<string, Build>();
  const numbers = new Map<string, number>();
  let concurrency = options.concurrency ?? Number.POSITIVE_INFINITY;
  let service:
    | { readonly core: Core; readonly progress: Progress; readonly tokens: Tokens<Build> }
    | undefined;

  return {
    create,
    builds: () => builds,
    begun: (token) =>
      builds.filter(({ variables }) =>
        variables.some(({ name, value }) => name === 'STP_START_TOKEN' && value === token),
      ).length,
    outputOf: (arn) => running().progress.outputOf(find(({ arn: each }) => each === arn)),
    lapseTokens: () => running().tokens.lapse(),
    setConcurrency(most) {
      concurrency = most;
    },
    startByHand(name, variables = {}) {
      const request = { ...byHand, projectName: name, variables: toVariables(variables) };
      return begin(toProject(name), request, 'somebody').arn;
    },
    startAgain(arn) {
      const { project, variables } = find((build) => build.arn === arn);
      return begin(toProject(project), { ...byHand, projectName: project, variables }, 'router').arn;
    },
    removeProject: (name) => void projects.delete(name),
  };

  function create(core: Core): Service {
    const progress = createProgress(core, { concurrency: () => concurrency, provisioningMs });
    const tokens = createTokens<Build>(core.now, tokenSeconds);
    service = { core, progress, tokens };
    return {
      name: 'codebuild',
      targetPrefix: 'CodeBuild_20161006',
      operations: {
        StartBuild(request, { isSecond }) {
          const asked = parseStartRequest(request);
          const project = toProject(asked.projectName);
          const made = isSecond ? undefined : tokens.find(asked.idempotencyToken, request);
          if (made === 'other parameters') {
            throw invalid('Parameter mismatch: the idempotencyToken was used with other parameters');
          }
          const build = made ?? begin(project, asked, 'router');
          if (made === undefined) tokens.remember(asked.idempotencyToken, request, build);
          return { build: toAnswer(build, core) };
        },

        StopBuild(request) {
          const id = parseBuildId(request['id']);
          const build = byId.get(id);
          if (build === undefined) throw notFound(`Build ${id} does not exist`);
          if (build.status !== 'IN_PROGRESS' && stopOfEnded === 'refused') {
            throw invalid(`Build ${id} is not in progress`);
          }
          progress.stop(build);
          return { build: toAnswer(build, core) };
        },

        BatchGetBuilds(request) {
          const ids = parseIds(request['ids']);
          const found = ids.map((id) => byId.get(id)).filter((build) => build !== undefined);
          const missing = ids.filter((id) => !byId.has(id));
          return {
            builds: found.map((build) => toAnswer(build, core)),
            ...(missing.length === 0 ? {} : { buildsNotFound: missing }),
          };
        },

        ListBuildsForProject(request) {
          const name = parseName(request, 'projectName');
          toProject(name);
          return list(name, parseText(request, 'sortOrder'), parseText(request, 'nextToken'));
        },
      },
      close: () => progress.close(),
    };
  }

  function list(name: string, sortOrder: string | undefined, nextToken: string | undefined): unknown {
    const { now } = running().core;
    const all = builds.filter((build) => build.project === name && build.startedAt <= now() - listedAfterMs);
    if (sortOrder !== undefined && all.length > mostSorted) {
      throw invalid(`sortOrder can't be used for a project with more than ${mostSorted} builds`);
    }
    const sorted = sortOrder === 'ASCENDING' ? all : all.toReversed();
    const from = nextToken === undefined ? 0 : sorted.findIndex((build) => build.uuid === nextToken);
    if (from < 0) throw invalid('Invalid nextToken');
    const next = sorted[from + pageSize]?.uuid;
    return {
      ids: sorted.slice(from, from + pageSize).map(toId),
      ...(next === undefined ? {} : { nextToken: next }),
    };
  }

  function begin(project: Project, asked: StartRequest, initiator: string): Build {
    const { core, progress } = running();
    refuseBeyondLimits(project);
    const uuid = randomUUID();
    const number = (numbers.get(project.name) ?? 0) + 1;
    numbers.set(project.name, number);
    const replaced = new Set(asked.variables.map(({ name }) => name));
    const own = toVariables(project.variables ?? {}).filter(({ name }) => !replaced.has(name));
    const build: Build = {
      number,
      project: project.name,
      uuid,
      arn: core.toArn('codebuild', `build/${project.name}:${uuid}`),
      initiator,
      startedAt: core.now(),
      timeoutMinutes: asked.timeoutMinutes ?? 60,
      queuedTimeoutMinutes: asked.queuedTimeoutMinutes ?? 480,
      image: asked.image ?? 'aws/codebuild/standard:7.0',
      computeType: asked.computeType ?? 'BUILD_GENERAL1_SMALL',
      variables: [...own, ...asked.variables],
      work: asked.buildspec === undefined ? project.work : toWork(asked.buildspec),
      status: 'IN_PROGRESS',
      endedAt: undefined,
      phases: [
        { type: 'SUBMITTED', status: 'SUCCEEDED', startedAt: core.now(), endedAt: core.now(), contexts: [] },
        { type: 'QUEUED', startedAt: core.now() },
      ],
    };
    builds.push(build);
    byId.set(toId(build), build);
    progress.add(build);
    return build;
  }

  function refuseBeyondLimits({ name, concurrentBuildLimit = Number.POSITIVE_INFINITY }: Project): void {
    const { live } = running().progress;
    const ofProject = [...(concurrentBuildLimit === Number.POSITIVE_INFINITY ? [] : live)];
    if (ofProject.filter(({ project }) => project === name).length >= concurrentBuildLimit) {
      throw limitExceeded(`Cannot have more than ${concurrentBuildLimit} active builds for the project`);
    }
    const mostQueued = options.mostQueued ?? concurrency * 5;
    if (live.size >= concurrency + mostQueued) {
      throw limitExceeded(`Cannot have more than ${mostQueued} builds in queue for the account`);
    }
  }

  function find(is: (build: Build) => boolean): Build {
    const build = builds.find(is);
    if (build === undefined) throw new Error('there is no such build');
    return build;
  }

  function toProject(name: string): Project {
    const project = projects.get(name);
    if (project === undefined) throw notFound(`Project cannot be found: ${name}`);
    return project;
  }

  function running() {
    if (service === undefined) throw new Error('the stand-in has not been started');
    return service;
  }
}

/** A start that brings nothing but what the project says. */
const byHand = {
  idempotencyToken: undefined,
  timeoutMinutes: undefined,
  queuedTimeoutMinutes: undefined,
  image: undefined,
  computeType: undefined,
  buildspec: undefined,
};

function toVariables(variables: Readonly<Record<string, string>>): readonly Variable[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value, type: 'PLAINTEXT' }));
}

function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}

function limitExceeded(message: string): ServiceError {
  return new ServiceError('AccountLimitExceededException', message);
}
