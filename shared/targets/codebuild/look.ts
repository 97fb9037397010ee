import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { call } from '../../aws/call.ts';
import { toAwsFailure } from '../../aws/errors.ts';
import type { EpochMs } from '../../runs/run.ts';
import { type BuildState, toBuildState } from './build-state.ts';
import { tokenVariable } from './start-request.ts';

export type Look = {
  /** Builds by their ids (`project:uuid`), any number of them; those that CodeBuild doesn't know are left out. */
  readonly byId: (ids: readonly string[]) => Promise<readonly BuildState[]>;
  /**
   * The builds of a project that carry one of these tokens, by token, newest first. Goes back to builds that started
   * before `since`; with `isFirstEnough` only until each token was met. A project that isn't there has none.
   */
  readonly byToken: (
    project: string,
    tokens: ReadonlySet<string>,
    how: { readonly since: EpochMs; readonly isFirstEnough: boolean },
  ) => Promise<ReadonlyMap<string, readonly BuildState[]>>;
};

type Page = { readonly ids?: readonly string[] | undefined; readonly nextToken?: string | undefined };

/** Of BatchGetBuilds. */
const mostIds = 100;

/**
 * Reads builds. All of it fails with whatever the SDK throws, or with an Error when looking takes longer than
 * `lookSeconds`: a look that is too old says nothing of what was started since.
 */
export function createLook(
  connect: () => Promise<CodeBuildClient>,
  times: { readonly now: () => EpochMs; readonly callSeconds: number; readonly lookSeconds: number },
): Look {
  const { now, callSeconds, lookSeconds } = times;

  async function batchGet(ids: readonly string[]): Promise<readonly BuildState[]> {
    if (ids.length === 0) return [];
    const { BatchGetBuildsCommand } = await import('@aws-sdk/client-codebuild');
    const client = await connect();
    const command = new BatchGetBuildsCommand({ ids: [...ids] });
    const { builds = [] } = await call((options) => client.send(command, options), callSeconds);
    return builds.map(toBuildState).filter((build) => build !== undefined);
  }

  /** The newest come first unless told otherwise; telling is an error for a project with more than 100 builds. */
  async function list(projectName: string, nextToken: string | undefined): Promise<Page> {
    const { ListBuildsForProjectCommand } = await import('@aws-sdk/client-codebuild');
    const client = await connect();
    const command = new ListBuildsForProjectCommand({
      projectName,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    try {
      return await call((options) => client.send(command, options), callSeconds);
    } catch (error) {
      if (toAwsFailure(error).name === 'ResourceNotFoundException') return {};
      throw error;
    }
  }

  return {
    async byId(ids) {
      const found: BuildState[] = [];
      for (let at = 0; at < ids.length; at += mostIds) {
        found.push(...(await batchGet(ids.slice(at, at + mostIds))));
      }
      return found;
    },

    async byToken(project, tokens, { since, isFirstEnough }) {
      const found = new Map<string, BuildState[]>();
      const until = now() + lookSeconds * 1000;
      let nextToken: string | undefined;
      do {
        if (now() > until)
          throw new Error(`the builds of ${project} took longer than ${lookSeconds} s to list`);
        const page = await list(project, nextToken);
        const ids = page.ids ?? [];
        const builds = toListed(ids, await batchGet(ids));
        for (const build of builds) {
          const token = build.variables.get(tokenVariable);
          if (token === undefined || !tokens.has(token)) continue;
          found.set(token, [...(found.get(token) ?? []), build]);
        }
        if (isFirstEnough && found.size === tokens.size) break;
        if (builds.some(({ startedAt }) => startedAt !== undefined && startedAt < since)) break;
        nextToken = page.nextToken;
      } while (nextToken !== undefined && nextToken !== '');
      return found;
    },
  };
}

/** BatchGetBuilds promises no order. */
function toListed(ids: readonly string[], builds: readonly BuildState[]): readonly BuildState[] {
  const placeOf = (build: BuildState) => ids.findIndex((id) => build.arn.endsWith(`/${id}`));
  return [...builds].sort((one, other) => placeOf(one) - placeOf(other));
}
