import { parseReference } from '../../jobs/reference.ts';
import type { Value } from '../cloudformation/value.ts';

/** A text of jobs.yml as CloudFormation has it: a reference is one of its functions. */
export function toValue(text: string): Value {
  return parseReference(text) ?? text;
}

/** The same for all texts of a piece of jobs.yml, such as a statement of a role or a resource. */
export function toValues<T>(data: T): unknown {
  if (typeof data === 'string') return toValue(data);
  if (Array.isArray(data)) return data.map(toValues);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, toValues(value)]));
}
