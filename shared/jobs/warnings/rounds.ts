import type { Job } from '../schema/job.ts';
import type { Link } from './links.ts';

/**
 * The ways from a job by way of others back to itself: the shortest one of each job, each once. Links of a job to itself
 * are none of them.
 */
export function findRounds(jobs: readonly Job[], links: readonly Link[]): readonly (readonly Link[])[] {
  const between = Map.groupBy(
    links.filter(({ from, to }) => from !== to),
    ({ from }) => from,
  );
  const rounds = new Map<string, readonly Link[]>();
  for (const job of jobs) {
    const round = findShortest(job, between);
    const names = round?.map(({ from }) => from.name).toSorted();
    const key = JSON.stringify(names);
    if (round !== undefined && !rounds.has(key)) rounds.set(key, round);
  }
  return [...rounds.values()];
}

function findShortest(job: Job, between: ReadonlyMap<Job, readonly Link[]>): readonly Link[] | undefined {
  /** How each job was reached first. */
  const reached = new Map<Job, Link>();
  const left = [job];
  for (let at = left.shift(); at !== undefined; at = left.shift()) {
    for (const link of between.get(at) ?? []) {
      if (reached.has(link.to)) continue;
      reached.set(link.to, link);
      if (link.to === job) return toWayBack(job, reached);
      left.push(link.to);
    }
  }
  return undefined;
}

function toWayBack(job: Job, reached: ReadonlyMap<Job, Link>): readonly Link[] {
  const way: Link[] = [];
  for (let link = reached.get(job); link !== undefined; link = reached.get(link.from)) {
    way.unshift(link);
    if (link.from === job) break;
  }
  return way;
}
