import { toExactNumber } from './number.ts';
import type { Json } from './trigger-event.ts';

/** Deeper values are refused: writing them as text again could overflow the stack. */
export const maximumJsonDepth = 256;

/**
 * The JSON in a text; `undefined` when it is none, or is nested deeper than maximumJsonDepth.
 * Numbers that JavaScript can't hold exactly come as text.
 */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    if (mayBeDeep(text) && !isJson(value)) return undefined;
    return mayLoseDigits(text) ? parseExactly(text) : value;
  } catch {
    return undefined;
  }
}

/** An object or a list in a text; `undefined` for anything else, so that text which happens to be a number stays text. */
export function parseJsonDocument(text: string): Json | undefined {
  return /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
}

/** Whether JSON.stringify would lose nothing of the value, and it is nested no deeper than maximumJsonDepth. */
export function isJson(value: unknown): value is Json {
  return isJsonWithin(value, maximumJsonDepth);
}

/** A plain object, as JSON.parse makes them; its values are still unknown. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Counting brackets takes a fraction of the time of looking into what was parsed. */
function mayBeDeep(text: string): boolean {
  return hasMoreThan(text, '{', maximumJsonDepth / 2) || hasMoreThan(text, '[', maximumJsonDepth / 2);
}

function hasMoreThan(text: string, character: string, most: number): boolean {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) {
    count++;
    if (count > most) return true;
  }
  return false;
}

/** Whether a number may have more digits than are always held, or a power that is out of reach. */
function mayLoseDigits(text: string): boolean {
  return hasLongNumber(text) || farPower.test(text);
}

const farPower = /\d\.?[eE][-+]?\d{3}/;

/** Fifteen digits are always held. A run of sixteen covers every sixteenth character, so just those are looked at. */
function hasLongNumber(text: string): boolean {
  for (let at = 15; at < text.length; at += 16) {
    if (!isDigitOrPoint(text, at)) continue;
    let first = at;
    while (at - first < 16 && isDigitOrPoint(text, first - 1)) first--;
    let last = at;
    while (last - first < 16 && isDigitOrPoint(text, last + 1)) last++;
    if (last - first >= 15) return true;
  }
  return false;
}

function isDigitOrPoint(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 0x30 && code <= 0x39) || code === 0x2e;
}

function parseExactly(text: string): Json {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? (toExactNumber(context?.source ?? '') ?? value) : value,
  );
}

function isJsonWithin(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isJsonWithin(item, depth - 1)) return false;
    return true;
  }
  if (!isObject(value)) return false;
  for (const key of Object.keys(value)) if (!isJsonWithin(value[key], depth - 1)) return false;
  return true;
}
