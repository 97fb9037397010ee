import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toSafe, toSafeJson, toSafeLines } from '../../shared/local/terminal-text.ts';

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

it('lines keep our colours, and nothing else that a terminal acts on', () => {
  const line = '\u001b[31mfailed\u001b[39m \u001b[2Jjob \u001b[41mred\u009b2J\u001b\u001b[1m\r';
  expect(toSafeLines(line)).toBe('\u001b[31mfailed\u001b[39m job red�\ufffd');
});

it('JSON says the same, without a character that a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = toSafeJson({ text });
      expect(JSON.parse(json)).toEqual({ text: JSON.parse(JSON.stringify(text)) });
      expect(json).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: 300 },
  );
  expect(toSafeJson('\u001b[2J \u009b2J \u007f é')).toBe('"\\u001b[2J \\u009b2J \\u007f é"');
});
