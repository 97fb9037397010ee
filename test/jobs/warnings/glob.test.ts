import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, meets, toGlob, toLiteral } from '../../../shared/jobs/warnings/glob.ts';

/** Of a policy: it's filled in when somebody asks. */
const variable = '$'.concat('{aws:username}');

const meet = (one: string, other: string) => meets(toGlob(one), toGlob(other));
const cover = (whole: string, part: string) => covers(toGlob(whole), toGlob(part));

describe('two texts with wildcards', () => {
  it.each([
    ['*', 'anything'],
    ['*', '*'],
    ['in/*', 'in/a.csv'],
    ['in/*', '*.csv'],
    ['a*c', 'ab*'],
    ['a?c', 'abc'],
    ['a?c', 'a*'],
    ['', '*'],
    ['*a*', '*b*'],
    [`x${variable}y`, 'xzy'],
  ])('%s and %s have a text in common', (one, other) => {
    expect(meet(one, other)).toBe(true);
    expect(meet(other, one)).toBe(true);
  });

  it.each([
    ['in/*', 'out/*'],
    ['a*c', 'a*d'],
    ['a?c', 'ac'],
    ['', '?'],
    ['abc', 'abcd'],
    ['*.csv', '*.json'],
  ])('%s and %s have none', (one, other) => {
    expect(meet(one, other)).toBe(false);
    expect(meet(other, one)).toBe(false);
  });

  it.each([
    ['*', 'in/*'],
    ['in/*', 'in/a*'],
    ['a?c', 'abc'],
    ['a*', 'a?c'],
    ['*', ''],
  ])('%s has all of %s in it', (whole, part) => {
    expect(cover(whole, part)).toBe(true);
  });

  it.each([
    ['in/a*', 'in/*'],
    ['a?c', 'a*c'],
    ['abc', '*'],
    ['?', ''],
  ])('%s has not all of %s in it', (whole, part) => {
    expect(cover(whole, part)).toBe(false);
  });

  it('an asterisk of a name is one character of it', () => {
    expect(meets(toGlob('a?b'), toLiteral('a*b'))).toBe(true);
    expect(meets(toGlob('axyb'), toLiteral('a*b'))).toBe(false);
  });

  it('have no text in common that one of them does not take', () => {
    const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
    fc.assert(
      fc.property(globs, globs, texts, (one, other, text) => {
        const [takes, othersTake] = [one, other].map((glob) => toRegExp(glob).test(text));
        if (takes && othersTake) expect(meet(one, other)).toBe(true);
        if (cover(one, other) && othersTake) expect(takes).toBe(true);
        expect(meet(one, text)).toBe(takes);
        expect(cover(one, text)).toBe(takes);
      }),
      { numRuns: 300 },
    );
  });

  it('are compared in a time that grows with their lengths only', () => {
    const one = '*a'.repeat(60);
    const before = performance.now();
    expect(meet(one, `${'a'.repeat(120)}b`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

function toRegExp(glob: string): RegExp {
  return new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
