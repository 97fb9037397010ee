import type { Ledger } from '../../runs/ledger.ts';
import { toKey, toSortableTime } from './keys.ts';
import type { Store } from './store.ts';

/** Nobody asks for an hour that is over; DynamoDB removes what has expired within two days. */
const keptMs = 86_400_000;

/** One item for each job and hour. When the answer is lost and the SDK asks again, a run may be counted twice. */
export function createAdmissions(store: Store): Ledger['admit'] {
  return async function admit(job, hour, most) {
    if (most <= 0) return false;
    const begun = await store.update(
      toKey(`admitted#${job}`, toSortableTime(hour)),
      'SET expires = :expires ADD begun :one',
      {
        that: 'attribute_not_exists(begun) OR begun < :most',
        values: {
          ':expires': { N: String(Math.ceil((hour + keptMs) / 1000)) },
          ':one': { N: '1' },
          ':most': { N: String(most) },
        },
      },
    );
    return begun !== undefined;
  };
}
