import type { CarriedEvent, Order } from './order.ts';

/** The size of a rendered, escaped request and the most that the target takes, in one unit. */
export type Measure = (order: Order, event: string) => { readonly size: number; readonly most: number };

/** How a target can be given an event. A claim check always fits. */
export type Limits = { readonly inline: Measure; readonly environmentFile?: Measure };

/** Chooses how an event travels: the first way whose rendered request is within the target's limits. */
export function fit(order: Order, limits: Limits): CarriedEvent['tier'] {
  const { event } = order;
  if (event === undefined) return 'claim-check';
  if (isWithin(limits.inline(order, event))) return 'inline';
  if (limits.environmentFile && isWithin(limits.environmentFile(order, event))) return 'environment-file';
  return 'claim-check';
}

function isWithin({ size, most }: { size: number; most: number }): boolean {
  return size <= most;
}
