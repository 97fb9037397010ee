import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toSafe } from '../../shared/local/terminal-text.ts';

it.each([
  ['exited with code 3', 'exited with code 3'],
  ['é 🚂\ttab\nline', 'é 🚂\ttab\nline'],
  ['\u001b[2J\u001b[31mred\u001b[0m', 'red'],
  ['bell\u0007 return\r delete\u007f csi\u009b', 'bell� return� delete� csi�'],
])('text for a terminal keeps its words and nothing that moves the cursor: %j', (text, safe) => {
  expect(toSafe(text)).toBe(safe);
});

it('no text has a control character left, but for tabs and line ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(toSafe(text)).not.toMatch(/[^\P{Cc}\t\n]/u);
    }),
    { numRuns: 300 },
  );
});
