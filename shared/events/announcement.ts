/** The `source` of all events that Signalbox sends. */
export const announcementSource = 'signalbox';

/** The detail type under which an event bus as a job's failure destination gets a failed run, with its event. */
export const failedRunType = 'Run Failed Event';

/** Of an announcement: the run, what became of it, the attempt and the date. It is the same each time it's sent. */
export function isAnnouncementId(value: unknown): value is string {
  return typeof value === 'string' && announcementId.test(value);
}

const announcementId = /^[0-9a-z]{26}-[a-z]{1,10}(?:-[a-z]{1,10})?-\d{1,4}-\d{1,16}$/;
