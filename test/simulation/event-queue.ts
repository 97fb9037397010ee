import type { EpochMs } from '../../shared/runs/run.ts';

type Event = { readonly time: EpochMs; readonly order: number; readonly run: () => void };

/** What is to happen, by time; of one moment, in the order it was asked for. A binary heap. */
export function createEventQueue() {
  const heap: Event[] = [];
  let order = 0;

  const isBefore = (one: Event, other: Event) =>
    one.time < other.time || (one.time === other.time && one.order < other.order);

  return {
    push(time: EpochMs, run: () => void): void {
      const event = { time, order: order++, run };
      let place = heap.length;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        const above = heap[parent];
        if (above === undefined || isBefore(above, event)) break;
        heap[place] = above;
        place = parent;
      }
      heap[place] = event;
    },

    /** The next one; undefined when there is none up to that time. */
    popUntil(until: EpochMs): Event | undefined {
      const [first] = heap;
      if (first === undefined || first.time > until) return undefined;
      const last = heap.pop();
      if (last !== undefined && last !== first) sink(last);
      return first;
    },
  };

  function sink(event: Event): void {
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      if (left === undefined) break;
      const right = heap[2 * place + 2];
      const isRight = right !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (isBefore(event, below)) break;
      heap[place] = below;
      place = 2 * place + (isRight ? 2 : 1);
    }
    heap[place] = event;
  }
}
