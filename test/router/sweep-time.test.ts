import { describe, expect, it } from 'vitest';
import { toEndBy } from '../../shared/router/sweep-time.ts';
import { start } from '../support/draft.ts';

describe('the time of a pass', () => {
  it('is what the function has left, less what is under way at its end', () => {
    expect(toEndBy(start, 300_000)).toBe(start + 130_000);
    expect(toEndBy(start, 180_000)).toBe(start + 10_000);
  });

  it.each([179_999, 3000, 0])(
    'is refused when the function has %d ms: it would sweep nothing',
    (remainingMs) => {
      expect(() => toEndBy(start, remainingMs)).toThrow(
        `the sweep has ${remainingMs / 1000} s for a pass; expected at least 180 s, of which 170 s are kept for what is ` +
          'under way at its end: give the function a longer timeout',
      );
    },
  );
});
