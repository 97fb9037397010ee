import { setTimeout as sleep } from 'node:timers/promises';
import { type Ledger, LedgerError } from '../../runs/ledger.ts';
import { type NewestHour, toNextPlace } from '../../runs/place.ts';
import { toKey } from './keys.ts';
import { type Item, type Key, numberIn, type Store } from './store.ts';

/** An hour that is over says nothing; DynamoDB removes what has expired within two days. */
const keptMs = 86_400_000;
const mostTries = 10;

/**
 * One item for each job: the newest hour in which its runs have places, and how many have one. Places in one hour don't
 * hold each other up; of those who turn to the next hour at once, one does. When the answer is lost and the SDK asks
 * again, a run may have two places.
 */
export function createJobHours(store: Store): Ledger['takePlace'] {
  return async function takePlace(job, most, now) {
    const key = toJobHoursKey(job);
    for (let tries = 0; tries < mostTries; tries++) {
      if (tries > 0) await sleep(Math.random() * Math.min(5 * tries, 100));
      const newest = toNewestHour(await store.get(key));
      const place = toNextPlace(newest, most, now);
      if (place === undefined) return undefined;
      const isTaken =
        newest?.hour === place.hour
          ? await takeOneMore(store, key, place.hour, most)
          : await turnTo(store, key, place.hour, newest);
      if (isTaken) return place.hour;
    }
    throw new LedgerError(
      `no place for a run of ${job} could be taken: others came first ${mostTries} times`,
      {
        reason: 'throttled',
      },
    );
  };
}

export function toJobHoursKey(job: string): Key {
  return toKey(`hours#${job}`, 'newest');
}

async function takeOneMore(store: Store, key: Key, hour: number, most: number): Promise<boolean> {
  const taken = await store.update(key, 'ADD taken :one', {
    that: 'newestHour = :hour AND taken < :most',
    values: { ':one': { N: '1' }, ':hour': { N: String(hour) }, ':most': { N: String(most) } },
  });
  return taken !== undefined;
}

async function turnTo(store: Store, key: Key, hour: number, from: NewestHour | undefined): Promise<boolean> {
  const turned = await store.update(key, 'SET newestHour = :hour, taken = :one, expires = :expires', {
    that: from === undefined ? 'attribute_not_exists(newestHour)' : 'newestHour = :from',
    values: {
      ':hour': { N: String(hour) },
      ':one': { N: '1' },
      ':expires': { N: String(Math.ceil((hour + keptMs) / 1000)) },
      ...(from && { ':from': { N: String(from.hour) } }),
    },
  });
  return turned !== undefined;
}

function toNewestHour(item: Item | undefined): NewestHour | undefined {
  const hour = numberIn(item, 'newestHour');
  const taken = numberIn(item, 'taken');
  return hour === undefined || taken === undefined ? undefined : { hour, taken };
}
