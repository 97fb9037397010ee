import type { Announcer } from '../announcers/announcer.ts';
import { toDetail, toDetailType } from '../announcers/message.ts';
import { announcementSource } from '../events/announcement.ts';
import { isReference, toReferenceName } from '../jobs/reference.ts';
import type { JobsFile } from '../jobs/schema/file.ts';
import type { Router } from '../router/router.ts';
import type { Announcement } from '../runs/effect.ts';
import type { Run } from '../runs/run.ts';
import { eventBus } from '../sources/event-bus.ts';
import { NoRuleError } from '../sources/source.ts';
import { toMessage } from '../to-message.ts';

export type OwnBusOptions = Pick<JobsFile, 'service' | 'announcements'> & {
  readonly router: () => Pick<Router, 'route'>;
};

/**
 * The bus of jobs.yml's announcements, as far as this machine has it: what is announced is delivered as EventBridge
 * would, and starts the jobs whose `event-bus` events are of that bus and match. Rejects what could not be recorded. The
 * event has the same id each time, so that it starts each job once, however often it comes.
 */
export function createOwnBus({ service, announcements, router }: OwnBusOptions): Announcer {
  const bus = toBusArn(announcements);
  return {
    async announce(run, announcement) {
      if (bus === undefined) return;
      const payload = { signalbox: { rule: ruleId, bus }, event: toEvent(service, run, announcement) };
      const delivery = eventBus.parse(payload, invocation);
      const { unrecorded } = await router()
        .route(delivery)
        .catch((error: unknown) => {
          if (error instanceof NoRuleError) return { unrecorded: [] };
          throw error;
        });
      const [first] = unrecorded;
      if (first !== undefined) {
        throw new Error(`job ${first.job} could not be started by it: ${toMessage(first.error)}`);
      }
    },
  };
}

/** Of no job: each rule of the bus looks at the event itself. */
const ruleId = 'announcements';
const account = '000000000000';
const region = 'local';
const invocation = { requestId: 'announcement', functionArn: 'local' };

/** Undefined when nothing is announced. */
function toBusArn(announcements: JobsFile['announcements']): string | undefined {
  if (announcements === 'none') return undefined;
  if ('eventBusArn' in announcements && !isReference(announcements.eventBusArn))
    return announcements.eventBusArn;
  const name = toBusName(announcements);
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}

function toBusName(announcements: Exclude<JobsFile['announcements'], 'none'>): string {
  if ('eventBusArn' in announcements) return toReferenceName(announcements.eventBusArn) ?? '';
  return 'eventBusName' in announcements ? announcements.eventBusName : 'default';
}

/** https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html */
function toEvent(service: string, run: Run, announcement: Announcement) {
  const detail = toDetail({ service }, run, announcement);
  return {
    version: '0',
    id: detail.announcementId,
    'detail-type': toDetailType(announcement),
    source: announcementSource,
    account,
    time: new Date(announcement.at).toISOString(),
    region,
    resources: [],
    detail: JSON.parse(JSON.stringify(detail)),
  };
}
