import type { Json } from './trigger-event.ts';

/** Deeper values are refused: writing them as text again could overflow the stack. */
export const maximumJsonDepth = 256;

/** The JSON in a text; `undefined` when it is none, or is nested deeper than maximumJsonDepth. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether JSON.stringify would lose nothing of the value, and it is nested no deeper than maximumJsonDepth. */
export function isJson(value: unknown): value is Json {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: found, depth } = next;
    if (found === null || typeof found === 'string' || typeof found === 'boolean') continue;
    if (typeof found === 'number' && Number.isFinite(found)) continue;
    if (depth >= maximumJsonDepth) return false;
    const inner = Array.isArray(found) ? found : isObject(found) ? Object.values(found) : undefined;
    if (inner === undefined) return false;
    for (const value of inner) open.push({ value, depth: depth + 1 });
  }
  return true;
}

/** A plain object, as JSON.parse makes them; its values are still unknown. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
