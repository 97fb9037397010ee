import type { Announcement, Audience } from '../runs/effect.ts';
import type { Run } from '../runs/run.ts';
import { type RunView, toRunView } from '../runs/view.ts';

/**
 * Bytes of what is sent in one call, or in one message. EventBridge and SQS take 1 MiB by now, SNS 256 KiB unless its
 * topic says otherwise; what is passed on between them has to fit everywhere, with the names around it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 * https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html
 */
export const mostBytes = 256_000;

const detailTypes: Readonly<Record<Announcement['what'], string>> = {
  started: 'Run Started',
  retrying: 'Run Retrying',
  held: 'Run Held',
  succeeded: 'Run Succeeded',
  failed: 'Run Failed',
  'timed-out': 'Run Timed Out',
  cancelled: 'Run Cancelled',
};

export function toDetailType({ what }: Announcement): string {
  return detailTypes[what];
}

/** Who says it: jobs.yml, by its name, and the stage that it is deployed as. A laptop has no stage. */
export type Sender = { readonly service: string; readonly stage?: string };

/** What is said of a run: how it looks now, which may be later than what is announced. Never its event, nor its plan. */
export type Detail = RunView &
  Sender & {
    /** The same each time that the announcement is sent. */
    readonly announcementId: string;
    /** The one that the announcement is about; 0 before the first. */
    readonly attempt: number;
    /** How many announcements in a row led to the run. */
    readonly hops: number;
    /** W3C trace context of what started the run. */
    readonly traceparent?: string;
    readonly tracestate?: string;
    /** Attempts, the oldest ones, that are left out because there are too many. */
    readonly attemptsLeftOut?: number;
  };

/**
 * One run may start, be held or be tried again several times: the date tells them apart. And each audience is told
 * something else. Its shape is in events/announcement.ts.
 */
export function toAnnouncementId(
  { id }: Pick<Run, 'id'>,
  { what, attempt, at }: Announcement,
  to: Audience,
): string {
  return `${id}-${to === 'bus' ? what : 'report'}-${attempt}-${at}`;
}

/** Fits as text, with room for more: long texts are cut first, then old attempts are left out. */
export function toDetail(sender: Sender, run: Run, announcement: Announcement, to: Audience = 'bus'): Detail {
  const { hops = 0, traceparent, tracestate } = run;
  const detail: Detail = {
    announcementId: toAnnouncementId(run, announcement, to),
    ...sender,
    ...toRunView(run),
    attempt: announcement.attempt,
    hops,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  };
  if (sizeOf(toText(detail)) <= mostOfDetail) return detail;
  const cut = withTextsCut(detail);
  if (sizeOf(toText(cut)) <= mostOfDetail) return cut;
  const attemptsLeftOut = Math.max(cut.attempts.length - keptAttempts, 0);
  return { ...cut, attempts: cut.attempts.slice(attemptsLeftOut), attemptsLeftOut };
}

/** Bytes. The rest is for a claim check, and for what goes around it. */
const mostOfDetail = mostBytes - 4_000;
/** Characters; longer than what is used to find something again, such as an ARN. */
const longestText = 400;
/** So many fit, whatever is in them. */
const keptAttempts = 5;

function withTextsCut(detail: Detail): Detail {
  return JSON.parse(JSON.stringify(detail), (_key, value: unknown) =>
    typeof value === 'string' && value.length > longestText
      ? `${value.slice(0, longestText - 1).toWellFormed()}…`
      : value,
  );
}

/**
 * JSON that every service takes: SQS refuses two characters of Unicode as they are, and EventBridge whole numbers of
 * more than 64 bits, which become text.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function toText(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'number' && Math.abs(part) >= 2 ** 63 ? String(part) : part,
  );
  return text.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}

export function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}
