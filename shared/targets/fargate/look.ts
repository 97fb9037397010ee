import { inParallel } from '../../in-parallel.ts';
import { parseToken } from '../../runs/run.ts';
import type { Handle } from '../target.ts';
import type { EcsApi } from './ecs-api.ts';
import { toStartedBy } from './request.ts';
import { type EcsTask, parseTask, toOwnStart } from './task.ts';

/** Runs that are looked for at a time when many are described by their tokens alone. */
const looksAtOnce = 5;

/** What there is to be seen of a run's tasks, by token; several of one token are all there, the oldest first. */
export type Seen = (token: string) => readonly EcsTask[];

/** Looks for what was started for a run. A task that was started a moment ago may not be listed yet. */
export async function lookFor(api: EcsApi, cluster: string, runId: string): Promise<Seen> {
  const arns = await api.listTasks(cluster, toStartedBy(runId));
  const tasks = arns.length === 0 ? [] : await api.describeTasks(cluster, arns);
  const parsed = tasks.map(parseTask).filter((task) => task !== undefined);
  const sorted = parsed.sort(
    (one, other) => (one.createdAt ?? 0) - (other.createdAt ?? 0) || (one.arn < other.arn ? -1 : 1),
  );
  return (token) => sorted.filter((task) => toOwnStart(task)?.token === token);
}

/** Looks for what handles name, with few calls: by ARN in batches, and by token one look for each run. */
export async function lookForAll(
  api: EcsApi,
  handles: readonly Handle[],
): Promise<(handle: Handle) => EcsTask | undefined> {
  const named = new Map<string, string[]>();
  const unnamed = new Map<string, { readonly cluster: string; readonly runId: string }>();
  for (const { token, externalId, work } of handles) {
    if (work.target !== 'fargate') throw new Error(`a ${work.target} job is no task`);
    const { cluster } = work;
    const runId = parseToken(token)?.runId;
    if (externalId !== undefined) named.set(cluster, [...(named.get(cluster) ?? []), externalId]);
    else if (runId !== undefined) unnamed.set(`${cluster} ${runId}`, { cluster, runId });
  }
  const byArn = new Map<string, EcsTask>();
  for (const [cluster, arns] of named) {
    for (const task of await api.describeTasks(cluster, [...new Set(arns)])) {
      const parsed = parseTask(task);
      if (parsed !== undefined) byArn.set(parsed.arn, parsed);
    }
  }
  const seen = new Map(
    await inParallel(
      [...unnamed],
      async ([key, { cluster, runId }]) => [key, await lookFor(api, cluster, runId)] as const,
      looksAtOnce,
    ),
  );
  return ({ token, externalId, work }) => {
    if (externalId !== undefined) return byArn.get(externalId);
    const cluster = work.target === 'fargate' ? work.cluster : '';
    return seen.get(`${cluster} ${parseToken(token)?.runId}`)?.(token)[0];
  };
}
