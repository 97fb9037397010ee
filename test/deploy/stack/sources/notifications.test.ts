import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergeNotifications,
  type Notification,
  overlap,
} from '../../../../shared/deploy/stack/sources/notifications.ts';

const created = 's3:ObjectCreated:*';
const put = 's3:ObjectCreated:Put';
const of = (event: string, prefix = '', suffix = ''): Notification => ({ event, prefix, suffix });

describe('notifications of a bucket', () => {
  it('stay as they are when no change is for two of them', () => {
    const apart = [
      of(created, 'in/', '.jpg'),
      of(created, 'in/', '.png'),
      of(created, 'out/', '.jpg'),
      of('s3:ObjectRemoved:*', 'in/', '.jpg'),
      of('s3:ObjectTagging:Put'),
      of('s3:ObjectTagging:Delete'),
    ];
    expect(mergeNotifications(apart)).toEqual(apart);
  });

  it('become one with what the prefixes and the suffixes have in common', () => {
    expect(mergeNotifications([of(created, 'in/a/', '.jpg'), of(created, 'in/')])).toEqual([
      of(created, 'in/'),
    ]);
    expect(mergeNotifications([of(created, '', '.jpg'), of(created, 'in/', 'x.jpg')])).toEqual([
      of(created, '', '.jpg'),
    ]);
  });

  it('become one of the group that a kind of change is in', () => {
    expect(mergeNotifications([of(put, 'in/'), of(created, 'in/a')])).toEqual([of(created, 'in/')]);
  });

  it('that are wider together than either, take in others', () => {
    const merged = mergeNotifications([of(put, 'a', '.jpg'), of(put, 'b', '.jpg'), of(put, '', '.jpg')]);
    expect(merged).toEqual([of(put, '', '.jpg')]);
  });

  it('tell of all that was asked for, and S3 takes them', () => {
    const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 2 });
    const event = fc.constantFrom(created, put, 's3:ObjectCreated:Copy', 's3:ObjectRemoved:*');
    const asked = fc.record({ event, prefix: text('ab'), suffix: text('yz') });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 6 }), (all) => {
        const merged = mergeNotifications(all);
        for (const each of all) expect(merged.filter((other) => covers(other, each))).toHaveLength(1);
        const pairs = merged.flatMap((one, at) => merged.slice(at + 1).map((other) => [one, other] as const));
        expect(pairs.filter(([one, other]) => overlap(one, other))).toEqual([]);
      }),
    );
  });
});

function covers(wide: Notification, one: Notification): boolean {
  const kind =
    wide.event === one.event || (wide.event === created && one.event.startsWith('s3:ObjectCreated:'));
  return kind && one.prefix.startsWith(wide.prefix) && one.suffix.endsWith(wide.suffix);
}
