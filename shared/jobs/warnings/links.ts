import { announcementSource, failedRunType } from '../../events/announcement.ts';
import type { JobEvent } from '../schema/event.ts';
import type { JobsFile } from '../schema/file.ts';
import type { Job } from '../schema/job.ts';
import { couldMatch, isOfOthers, type KnownFields, toAllowedFields } from './event-could-match.ts';
import { type Glob, meets, toGlob, toLiteral } from './glob.ts';
import { findPermissions } from './permission.ts';
import { toWatchedPlace, type WatchedPlace } from './watched-place.ts';

/** One job may start another, or itself. */
export type Link = {
  readonly from: Job;
  readonly to: Job;
  readonly event: JobEvent;
  /** To follow the name of the job that it comes from: `may do sqs:SendMessage on the queue orders`. */
  readonly how: string;
  readonly remedy: string;
};

/** The `detail-type`s of what is announced of a run. */
export const announcedTypes = [
  'Run Started',
  'Run Retrying',
  'Run Held',
  'Run Succeeded',
  'Run Failed',
  'Run Timed Out',
  'Run Cancelled',
];

/** Every way in which a job may start one, as far as jobs.yml says. */
export function findLinks(file: JobsFile, to: Job): readonly Link[] {
  return to.events.flatMap((event) => {
    const place = toWatchedPlace(event);
    if (place === undefined) return [];
    return file.jobs.flatMap((from) => {
      const found = [
        ...findWrites(from, event, place),
        ...findReports(from, event, place),
        ...findAnnouncements(file, from, event, place),
      ];
      return found.slice(0, 1).map((link) => ({ ...link, from, to, event }));
    });
  });
}

type Way = Pick<Link, 'how' | 'remedy'>;

function findWrites(
  from: Job,
  event: JobEvent,
  { actions, arns, name, remedy }: WatchedPlace,
): readonly Way[] {
  return findPermissions(from, actions, arns)
    .filter(({ statement }) => event.type !== 'event-bus' || couldSend(event, toAllowedFields(statement)))
    .map(({ action }) => ({ how: `may do ${action} on ${name}`, remedy }));
}

function couldSend(
  { properties: { eventPattern } }: Extract<JobEvent, { readonly type: 'event-bus' }>,
  known: KnownFields,
): boolean {
  return !isOfOthers(eventPattern, announcementSource) && couldMatch(eventPattern, known);
}

/** Its failure destination is what starts the other. */
function findReports({ name, onFailure }: Job, event: JobEvent, place: WatchedPlace): readonly Way[] {
  if (onFailure === undefined || onFailure.type !== event.type) return [];
  if (!meets(place.arns, toLiteral(onFailure.arn))) return [];
  const known = { source: [announcementSource], 'detail-type': [failedRunType], 'detail.job': [name] };
  if (event.type === 'event-bus' && !couldMatch(event.properties.eventPattern, known)) return [];
  return [
    {
      how: `reports its failed runs to ${place.name}`,
      remedy: 'give it an onFailure that is not where it is started from',
    },
  ];
}

function findAnnouncements(
  { announcements, service }: JobsFile,
  { name }: Job,
  event: JobEvent,
  place: WatchedPlace,
): readonly Way[] {
  const bus = toBusArns(announcements);
  if (event.type !== 'event-bus' || bus === undefined || !meets(place.arns, bus)) return [];
  const { eventPattern } = event.properties;
  const known = {
    source: [announcementSource],
    'detail-type': announcedTypes,
    'detail.job': [name],
    'detail.service': [service],
  };
  // One that asks for neither says what is in its events, and means those of somebody else.
  const isNamed = 'source' in eventPattern || 'detail-type' in eventPattern;
  if (!isNamed || !couldMatch(eventPattern, known)) return [];
  return [
    {
      how: `has its runs announced on ${place.name}`,
      remedy: 'give eventPattern a detail: { job: […] } that names only the jobs whose runs are to start it',
    },
  ];
}

function toBusArns(announcements: JobsFile['announcements']): Glob | undefined {
  if (announcements === 'none') return undefined;
  if ('eventBusArn' in announcements) return toLiteral(announcements.eventBusArn);
  const name = 'eventBusName' in announcements ? announcements.eventBusName : 'default';
  return [...toGlob('arn:*:events:*:*:event-bus/'), ...toLiteral(name)];
}
