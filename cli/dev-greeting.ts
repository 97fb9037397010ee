import { parseScheduleExpression } from '../shared/jobs/schedule-expression.ts';
import type { JobsFile } from '../shared/jobs/schema/file.ts';
import { toWarnings } from '../shared/jobs/warnings/warnings.ts';
import type { Log } from '../shared/local/log.ts';
import type { LocalRouter } from '../shared/local/router.ts';
import { toDistinct, toHttpRoutes } from '../shared/local/server/declared-routes.ts';

/** What a router serves, and what it can't do that the cloud would, once, when it starts. */
export function tellOfJobs(
  file: JobsFile,
  { slots }: Pick<LocalRouter, 'slots'>,
  url: string,
  log: Log,
): void {
  log.info(
    { url, pid: process.pid, slots },
    `${file.service}: listening on ${url}, at most ${slots} jobs at once`,
  );
  for (const { method, path, job } of toDistinct(toHttpRoutes(file.jobs)))
    log.info(`${method} ${path} starts ${job}`);
  for (const { name, events } of file.jobs) {
    for (const event of events) {
      if (event.type !== 'schedule') continue;
      const { scheduleRate, timezone } = event.properties;
      const next = parseScheduleExpression(scheduleRate, timezone).next(Date.now());
      const when = next === undefined ? 'never again' : `next at ${new Date(next).toISOString()}`;
      log.info(`${scheduleRate} starts ${name}, ${when}`);
    }
  }
  for (const [type, jobs] of Map.groupBy(toOthers(file), ({ type }) => type)) {
    const names = [...new Set(jobs.map(({ job }) => job))].join(', ');
    log.info(
      `${type} events start ${names}: send payloads to ${url}/2015-03-31/functions/${type}/invocations`,
    );
  }
  for (const limit of toLimits(file)) log.warn(limit);
  for (const { file: path, line, message } of toWarnings(file)) log.warn(`${path}:${line} ${message}`);
}

/** What comes from AWS only; here it's sent by hand, as Lambda would be invoked. */
function toOthers({ jobs }: JobsFile) {
  const own = ['http-api-gateway', 'schedule', 'manual'];
  return jobs.flatMap(({ name: job, events }) =>
    events.flatMap(({ type }) => (own.includes(type) ? [] : [{ job, type }])),
  );
}

/** What is otherwise than in the cloud. */
function toLimits({ jobs }: JobsFile): string[] {
  const httpRoutes = toHttpRoutes(jobs);
  const shadowed = httpRoutes.length - toDistinct(httpRoutes).length;
  const guarded = jobs.some(({ events }) => events.some((event) => 'authorizer' in (event.properties ?? {})));
  const unable = jobs.filter(({ local }) => local === undefined).map(({ name }) => name);
  const reported = jobs.filter(({ onFailure }) => onFailure !== undefined).map(({ name }) => name);
  return [
    ...(shadowed > 0
      ? ['several HTTP APIs declare the same route; all share this port, and the first one gets it']
      : []),
    ...(guarded ? ['authorizers are not enforced here: every request to a declared route is let in'] : []),
    ...(unable.length > 0
      ? [`without local.command in jobs.yml, these jobs can't start here: ${unable.join(', ')}`]
      : []),
    ...(reported.length > 0
      ? [`onFailure is not served here; runs of these jobs that fail are in the log: ${reported.join(', ')}`]
      : []),
  ];
}
