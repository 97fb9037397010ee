import { toAwsFailure, toReason } from '../aws/errors.ts';

/** What one call takes. */
const mostEntries = 10;

export type Gathered<Entry> = {
  /** Bytes of all entries of a call. */
  readonly mostBytes: number;
  readonly sizeOf: (entry: Entry) => number;
  /**
   * Sends some entries to one destination in one call. Gives why each of them was not taken, in their order; undefined
   * for one that was. What it throws counts for all of them.
   */
  readonly send: (destination: string, entries: readonly Entry[]) => Promise<readonly (string | undefined)[]>;
};

type Waiting<Entry> = {
  readonly destination: string;
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/**
 * Entries that are asked for in one turn of the event loop are sent together, by destination and in their order, ten to
 * a call, or as many as fit. One that isn't taken rejects for itself.
 */
export function gather<Entry>({ mostBytes, sizeOf, send }: Gathered<Entry>) {
  let waiting: Waiting<Entry>[] = [];

  return function sendSoon(destination: string, entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(sendAll);
      waiting.push({ destination, entry, resolve, reject });
    });
  };

  function sendAll(): void {
    const byDestination = Map.groupBy(waiting, ({ destination }) => destination);
    waiting = [];
    for (const [destination, all] of byDestination) {
      for (const some of toCalls(all)) void sendSome(destination, some);
    }
  }

  function toCalls(all: readonly Waiting<Entry>[]): readonly Waiting<Entry>[][] {
    const calls: Waiting<Entry>[][] = [];
    let bytes = 0;
    for (const each of all) {
      const size = sizeOf(each.entry);
      const last = calls.at(-1);
      if (last === undefined || last.length === mostEntries || bytes + size > mostBytes) {
        calls.push([each]);
        bytes = size;
      } else {
        last.push(each);
        bytes += size;
      }
    }
    return calls;
  }

  /** Never rejects: each entry hears for itself. */
  async function sendSome(destination: string, some: readonly Waiting<Entry>[]): Promise<void> {
    try {
      const reasons = await send(
        destination,
        some.map(({ entry }) => entry),
      );
      for (const [index, { resolve, reject }] of some.entries()) {
        const reason = reasons[index];
        if (reason === undefined) resolve();
        else reject(new Error(toReason(reason)));
      }
    } catch (cause) {
      const { name, message } = toAwsFailure(cause);
      const isGivenUp = name === 'AbortError' || name === 'TimeoutError';
      const reason = isGivenUp ? 'no answer within 10 s' : toReason(`${name}: ${message}`);
      for (const { reject } of some) reject(new Error(reason, { cause }));
    }
  }
}

/** Of an answer that names what it took and what it refused, by the ids that the entries were given. */
export function toReasons(
  ids: readonly string[],
  taken: readonly { readonly Id?: string | undefined }[] = [],
  refused: readonly {
    readonly Id?: string | undefined;
    readonly Code?: string | undefined;
    readonly Message?: string | undefined;
  }[] = [],
): readonly (string | undefined)[] {
  const reasons = new Map(refused.map(({ Id, Code = '', Message = '' }) => [Id, `${Code}: ${Message}`]));
  const isTaken = new Set(taken.map(({ Id }) => Id));
  return ids.map((id) => reasons.get(id) ?? (isTaken.has(id) ? undefined : 'the answer does not mention it'));
}
