import { hash } from 'node:crypto';

/** Eight hex digits of SHA-256, for names that have to differ and have little room. */
export function toDigest(text: string): string {
  return hash('sha256', text).slice(0, 8);
}
