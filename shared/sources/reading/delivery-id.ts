import { hash } from 'node:crypto';

/** The id of what came together: that of its record, or one that stands for just these records in this order. */
export function toDeliveryId(recordIds: readonly string[]): string {
  const [first] = recordIds;
  if (first !== undefined && recordIds.length === 1) return first;
  return hash('sha256', JSON.stringify(recordIds)).slice(0, 32);
}
