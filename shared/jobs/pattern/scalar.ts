import { type Path, toShown } from '../mistake.ts';

/** What a leaf of an event is. */
export type Scalar = string | number | boolean | null;

export function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

/** As it's written in JSON, shortened; not shown where a secret would be. */
export function toScalarText(value: Scalar, path: Path): string {
  return value === null ? 'null' : toShown(value, path);
}
