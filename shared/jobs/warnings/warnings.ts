import type { Warning } from '../problem.ts';
import type { JobsFile } from '../schema/file.ts';
import { findLinks, type Link } from './links.ts';
import { findUnknownRoles } from './passed-roles.ts';
import { findRounds } from './rounds.ts';

/** What a right jobs.yml should be warned of, in the order of the file. Pure. */
export function toWarnings(file: JobsFile): readonly Warning[] {
  return [...findLoops(file), ...findUnknownRoles(file)].toSorted((one, other) => one.line - other.line);
}

/**
 * Jobs that may start themselves, directly or by way of others, as they write where they are started from. A job with
 * maxRunsPerHour bounds every loop that it's part of.
 */
function findLoops(file: JobsFile): readonly Warning[] {
  const jobs = file.jobs.filter(({ maxRunsPerHour }) => maxRunsPerHour === undefined);
  const links = jobs.flatMap((job) => findLinks({ ...file, jobs }, job));
  const own = links.filter(({ from, to }) => from === to).map((link) => [link]);
  return [...own, ...findRounds(jobs, links)].flatMap((round) => toWarning(file, round));
}

/** At the event that closes the loop. */
function toWarning({ file }: JobsFile, round: readonly Link[]): readonly Warning[] {
  const last = round.at(-1);
  if (last === undefined) return [];
  const { to, event, remedy } = last;
  const way = round.map(({ from, how, to: next }) => `${from.name} ${how}, which starts ${next.name}`);
  const place = `jobs.${to.name}.events[${to.events.indexOf(event)}]`;
  const of = round.length === 1 ? '' : ' of one of these jobs';
  return [
    {
      file,
      line: event.line,
      message: `${place}: found a possible loop: ${way.join('; ')}. To rule it out, ${remedy}; to bound it, set maxRunsPerHour${of}.`,
    },
  ];
}
