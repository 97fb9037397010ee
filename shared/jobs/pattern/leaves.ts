import type { Json } from '../../events/trigger-event.ts';
import { isScalar, type Scalar } from './scalar.ts';

/** What an object has under a name of its own. */
export function partOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || isList(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Whether text, a number, true, false or null is at the end of the path, from the step `depth` on, through lists. */
export function hasLeaf(value: Json | undefined, path: readonly string[], depth: number): boolean {
  if (isList(value)) return value.some((item) => hasLeaf(item, path, depth));
  const name = path[depth];
  if (name === undefined) return isScalar(value);
  return hasLeaf(partOf(value, name), path, depth + 1);
}

/** All that is at the end of the path, through lists. */
export function leavesOf(value: Json | undefined, path: readonly string[], depth = 0): readonly Scalar[] {
  const leaves: Scalar[] = [];
  collect(value, path, depth, leaves);
  return leaves;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function collect(value: Json | undefined, path: readonly string[], depth: number, leaves: Scalar[]): void {
  if (isList(value)) {
    for (const item of value) collect(item, path, depth, leaves);
    return;
  }
  const name = path[depth];
  if (name !== undefined) collect(partOf(value, name), path, depth + 1, leaves);
  else if (isScalar(value)) leaves.push(value);
}
