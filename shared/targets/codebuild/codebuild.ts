import { call } from '../../aws/call.ts';
import type { AwsClients } from '../../aws/clients.ts';
import { toAwsFailure, toReason, toStartAnswer } from '../../aws/errors.ts';
import type { CarriedEvent, Order } from '../../runs/order.ts';
import type { CodeBuildWork } from '../../runs/plan.ts';
import type { EpochMs } from '../../runs/run.ts';
import type { Handle, Report, StartAnswer, StopAnswer, Target } from '../target.ts';
import { tooLate } from '../too-late.ts';
import { parseBuildArn, toBuildId } from './build-arn.ts';
import type { BuildState } from './build-state.ts';
import { toFinding } from './finding.ts';
import { createLook } from './look.ts';
import { limits, toStartRequest } from './start-request.ts';
import { parseStateChange } from './state-change.ts';

export type CodeBuildOptions = {
  readonly now?: () => EpochMs;
  /** One call to AWS is given up after this. */
  readonly callSeconds?: number;
  /** Looking through a project's builds is given up after this; far below the five minutes of a token. */
  readonly lookSeconds?: number;
};

/** CodeBuild knows a token for five minutes; one minute of it is for clocks that differ and calls that take long. */
const tokenIsKnownForMs = 240_000;
/** How far before its order a build is still looked for, for clocks that differ. */
const earlierMs = 600_000;
/** The longest time in the queue and the longest build: what is older doesn't live any more. */
const longestLifeMs = (480 + 2160) * 60_000 + earlierMs;

/**
 * Starts one attempt of a run as a build of a CodeBuild project.
 *
 * Takes:  orders whose work is a project; the event travels as STP_TRIGGER_EVENT_DATA, up to 4,096 bytes, or less when
 *         all variables together reach 5,500; else by claim check.
 * Gives:  `started` with the build's ARN once CodeBuild has taken it; it may still have to wait in the queue.
 * Repeat: CodeBuild starts a token once within five minutes. When it may have forgotten it, and for each repeat, the
 *         build that carries the token is looked for first. What is started between that look and the call that follows
 *         is less than five minutes old, so that the token stands for it.
 * Sends:  StartBuild, StopBuild, BatchGetBuilds and ListBuildsForProject; each is given up after `callSeconds`.
 */
export function createCodeBuildTarget(
  clients: Pick<AwsClients, 'codeBuild'>,
  { now = Date.now, callSeconds = 10, lookSeconds = 60 }: CodeBuildOptions = {},
): Target {
  const look = createLook(clients.codeBuild, { now, callSeconds, lookSeconds });

  return {
    name: 'codebuild',
    limits,

    async start(order, event, { isRepeat, by } = { isRepeat: false }) {
      const { work, askedAt } = order;
      if (work.target !== 'codebuild') return refuse(`a build can't be started for ${work.target}`);
      if (event.tier === 'environment-file') return refuse('CodeBuild has no environment files');
      const ordered: Order<CodeBuildWork> = { ...order, work };
      if (isRepeat || now() - askedAt > tokenIsKnownForMs) {
        const seen = await findStarted(ordered);
        if (seen !== undefined) return seen;
      }
      try {
        return await startBuild(ordered, event, by);
      } catch (error) {
        const seen = isOtherRequest(error) ? await findStarted(ordered) : undefined;
        return (
          seen ?? toStartAnswer(withoutEvent(error, event), { AccountLimitExceededException: 'throttled' })
        );
      }
    },

    async stop({ token, externalId, work }) {
      if (work.target !== 'codebuild')
        return { kind: 'unknown', reason: `it is not a build: ${work.target}` };
      try {
        const build = parseBuildArn(externalId);
        if (build !== undefined) return await stopById(toBuildId(build));
        const how = { since: now() - longestLifeMs, isFirstEnough: true };
        const found = (await look.byToken(work.project, new Set([token]), how)).get(token) ?? [];
        if (found.length === 0)
          return { kind: 'unknown', reason: `no build of ${work.project} carries its token` };
        for (const each of found.filter(isAlive)) {
          const answer = await stopById(toId(each));
          if (answer.kind !== 'asked') return answer;
        }
        return { kind: 'asked' };
      } catch (error) {
        return { kind: 'unknown', reason: toReason(toText(error)) };
      }
    },

    async describe(handles) {
      const lookedAt = now();
      const named = new Map<Handle, string>();
      for (const handle of handles) {
        const build = parseBuildArn(handle.externalId);
        if (build !== undefined) named.set(handle, toBuildId(build));
      }
      // One after the other: when one fails, nothing is left under way.
      const byId = await findNamed([...new Set(named.values())]);
      const byToken = await findUnnamed(handles.filter((handle) => !named.has(handle)));
      return handles.map((handle): Report => {
        const { token } = handle;
        const build = byId.get(named.get(handle) ?? '') ?? byToken.get(handle);
        if (build === undefined) return { token, state: 'absent', lookedAt };
        return { token, externalId: build.arn, ...toFinding(build, now()) };
      });
    },

    report: (event) => parseStateChange(event, now()),
  };

  /** The build that was started for an order; `unknown` when it could not be looked for; undefined when there is none. */
  async function findStarted({
    token,
    askedAt,
    work,
  }: Order<CodeBuildWork>): Promise<StartAnswer | undefined> {
    try {
      const how = { since: askedAt - earlierMs, isFirstEnough: false };
      const found = await look.byToken(work.project, new Set([token]), how);
      // The oldest, so that all who look find the same one, should there be two.
      const build = found.get(token)?.at(-1);
      return build && toStarted(build);
    } catch (error) {
      return { kind: 'unknown', reason: toReason(`CodeBuild was not looked through: ${toText(error)}`) };
    }
  }

  async function startBuild(
    order: Order<CodeBuildWork>,
    event: CarriedEvent,
    by: EpochMs | undefined,
  ): Promise<StartAnswer> {
    const { StartBuildCommand } = await import('@aws-sdk/client-codebuild');
    const client = await clients.codeBuild();
    const command = new StartBuildCommand(toStartRequest(order, event));
    const late = tooLate(by, now());
    if (late !== undefined) return late;
    const { build } = await call((options) => client.send(command, options), callSeconds);
    if (build?.arn === undefined) return { kind: 'unknown', reason: 'CodeBuild answered without a build' };
    return { kind: 'started', externalId: build.arn };
  }

  async function stopById(id: string): Promise<StopAnswer> {
    const { StopBuildCommand } = await import('@aws-sdk/client-codebuild');
    const client = await clients.codeBuild();
    try {
      await call((options) => client.send(new StopBuildCommand({ id }), options), callSeconds);
      return { kind: 'asked' };
    } catch (error) {
      // It's not documented what a build that has ended is answered with.
      if (toAwsFailure(error).name !== 'InvalidInputException') throw error;
      const [build] = await look.byId([id]);
      if (build === undefined || isAlive(build)) throw error;
      return { kind: 'asked' };
    }
  }

  async function findNamed(ids: readonly string[]): Promise<ReadonlyMap<string, BuildState>> {
    return new Map((await look.byId(ids)).map((build) => [toId(build), build]));
  }

  /** One look through each project, for all tokens that are looked for there. */
  async function findUnnamed(handles: readonly Handle[]): Promise<ReadonlyMap<Handle, BuildState>> {
    const found = new Map<Handle, BuildState>();
    const projects = Map.groupBy(handles, ({ work }) => (work.target === 'codebuild' ? work.project : ''));
    for (const [project, those] of projects) {
      if (project === '') continue;
      const tokens = new Set(those.map(({ token }) => token));
      const how = { since: now() - longestLifeMs, isFirstEnough: true };
      const builds = await look.byToken(project, tokens, how);
      for (const handle of those) {
        const build = builds.get(handle.token)?.at(-1);
        if (build !== undefined) found.set(handle, build);
      }
    }
    return found;
  }

  function isAlive(build: BuildState): boolean {
    const { state } = toFinding(build, now());
    return state === 'pending' || state === 'running';
  }

  function toStarted(build: BuildState): StartAnswer {
    const finding = toFinding(build, now());
    const since = finding.state === 'running' ? { startedAt: finding.startedAt } : {};
    return { kind: 'started', externalId: build.arn, ...since };
  }
}

/** The same token with other parameters, of an order that was written before a deploy: not the order is wrong. */
function isOtherRequest(error: unknown): boolean {
  const { name, message } = toAwsFailure(error);
  return name === 'InvalidInputException' && /idempoten|mismatch/i.test(message);
}

/** A service may quote the value that it doesn't like, whole or cut; an event doesn't belong into a reason. */
function withoutEvent(error: unknown, event: CarriedEvent): unknown {
  if (event.tier !== 'inline' || event.text === '' || !(error instanceof Error)) return error;
  const begins = [event.text.slice(0, 40), JSON.stringify(event.text).slice(1, 41)];
  const places = begins.map((begin) => error.message.indexOf(begin)).filter((at) => at >= 0);
  if (places.length === 0) return error;
  const message = `${error.message.slice(0, Math.min(...places))}…`;
  const $metadata = '$metadata' in error ? error.$metadata : undefined;
  return Object.assign(new Error(message), { name: error.name, $metadata });
}

function refuse(reason: string): StartAnswer {
  return { kind: 'refused', cause: { class: 'rejected', reason } };
}

function toId(build: BuildState): string {
  const parsed = parseBuildArn(build.arn);
  return parsed === undefined ? build.arn : toBuildId(parsed);
}

function toText(error: unknown): string {
  const { name, message } = toAwsFailure(error);
  return name === '' || name === 'Error' ? message : `${name}: ${message}`;
}
