/** What S3 is asked to tell of. */
export type Notification = {
  readonly event: string;
  readonly prefix: string;
  readonly suffix: string;
};

/**
 * The fewest notifications that tell of all that is asked for. S3 refuses two of one kind of change whose prefixes and
 * suffixes some key may both have: such become one, with what their prefixes and suffixes have in common.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export function mergeNotifications(asked: readonly Notification[]): readonly Notification[] {
  const merged: Notification[] = [];
  for (const each of asked) {
    let wide = each;
    for (let at = findOverlap(merged, wide); at !== -1; at = findOverlap(merged, wide)) {
      const [other = wide] = merged.splice(at, 1);
      wide = widen(wide, other);
    }
    merged.push(wide);
  }
  return merged;
}

function findOverlap(notifications: readonly Notification[], one: Notification): number {
  return notifications.findIndex((other) => overlap(one, other));
}

/** Whether S3 would refuse to have both. */
export function overlap(one: Notification, other: Notification): boolean {
  const [short, long] = byLength(one.prefix, other.prefix);
  const [shortEnd, longEnd] = byLength(one.suffix, other.suffix);
  return shareEvents(one.event, other.event) && long.startsWith(short) && longEnd.endsWith(shortEnd);
}

/** Of two that overlap. */
function widen(one: Notification, other: Notification): Notification {
  return {
    event: one.event.endsWith('*') ? one.event : other.event,
    prefix: byLength(one.prefix, other.prefix)[0],
    suffix: byLength(one.suffix, other.suffix)[0],
  };
}

/** `s3:ObjectCreated:*` has all of `s3:ObjectCreated:Put`. */
function shareEvents(one: string, other: string): boolean {
  const isWithin = (kind: string, group: string) =>
    group.endsWith('*') ? kind.startsWith(group.slice(0, -1)) : kind === group;
  return isWithin(one, other) || isWithin(other, one);
}

function byLength(one: string, other: string): readonly [string, string] {
  return one.length <= other.length ? [one, other] : [other, one];
}
