import { describe, expect, it } from 'vitest';
import { parseLogFilter } from '../../../shared/jobs/log-filter/log-filter.ts';
import { LogFilterError } from '../../../shared/jobs/log-filter/pattern-reader.ts';
import { matchesOf, mismatchOf } from './mismatch-of.ts';

describe('a regular expression', () => {
  it.each([
    ['%THORI%', ['UNAUTHORIZED'], ['authorized']],
    ['%^job%', ['job 7'], ['a job', '\njob']],
    ['%done$%', ['all done'], ['done.', 'done\n']],
    ['%^[bc]ob$|late%', ['bob', 'cob', 'too late'], ['rob', 'bobs', 'lat']],
    ['%gr[ae]y|black%', ['gray', 'grey', 'blackish'], ['graey', 'blac']],
    ['%^fail|^shutting down%', ['fail', 'shutting down now'], ['now shutting down']],
    ['%colou?r%', ['color', 'colour'], ['colouur']],
    ['%^ab*c$%', ['ac', 'abc', 'abbbc'], ['a', 'adc']],
    ['%^ab+c$%', ['abc', 'abbc'], ['ac']],
    ['%^a{2}$%', ['aa'], ['a', 'aaa']],
    ['%^a{2,3}$%', ['aa', 'aaa'], ['a', 'aaaa']],
    ['%^a{2,}$%', ['aa', 'aaaaaa'], ['a']],
    ['%^a{,2}b$%', ['b', 'ab', 'aab'], ['aaab']],
    ['%^[0-9]{1,3}(%'.replace('(', '\\x28'), ['127('], ['1234(']],
    ['%10\\.0\\.0\\.1%', ['at 10.0.0.1'], ['at 10a0b0c1']],
    ['%10.0%', ['10.0', '10x0', '10\n0', '10😀0'], ['100']],
    ['%^.$%', ['a', '😀', '\n'], ['', 'ab']],
    ['%\\[.\\]%', ['[7]', '[]]'], ['[]', '7']],
    ['%^\\d\\D$%', ['7a', '7é'], ['77', 'a7']],
    ['%^\\w+$%', ['ab_9'], ['a-b', 'á']],
    ['%^\\W$%', ['-', 'á', '😀'], ['_', 'a']],
    ['%a\\sb%', ['a b', 'a\tb', 'a\nb'], ['ab', 'a\u00a0b']],
    ['%^\\S$%', ['a', '\u00a0'], [' ', '\n']],
    ['%^[^a-z]+$%', ['A9é', '\n'], ['Aa']],
    ['%^[\\d.-]+$%', ['-1.5'], ['1,5', '\\d']],
    ['%^[-a]+$%', ['-a-'], ['b']],
    ['%^[$^.*+?|{}]$%', ['$', '^', '.', '*', '}'], ['a', '\\']],
    ['%^[\\x41-C]$%', ['A', 'B', 'C'], ['D', '@']],
    ['%\\x3A\\x25%', ['a:%'], ['a:']],
    ['%a\\/b\\-c%', ['a/b-c'], ['ab-c']],
    ['%^#:_=@/;,-$%', ['#:_=@/;,-'], ['#']],
    ['%a*%', ['', 'b', 'aa'], []],
    ['  %x%  ', ['x'], ['y']],
  ])('%s finds what it stands for', (pattern, found, other) => {
    expect(matchesOf(pattern, [...found, ...other])).toEqual(found);
  });

  it('says so when it finds nothing', () => {
    expect(mismatchOf('%^ERROR [45]%', 'WARN')).toBe('has nothing that matches %^ERROR [45]%');
  });

  it.each([
    ['%%', 'found "%" at character 2, expected something to match'],
    ['%a|%', 'found "%" at character 4, expected something to match'],
    ['%^$%', 'found "$" at character 3, expected something to match'],
    ['%a', 'found the end at character 3, expected a closing %'],
    ['%(a)%', 'found "(" at character 2, expected what AWS supports in a regular expression'],
    ['%a!%', 'found "!" at character 3, expected what AWS supports'],
    ['%café%', 'found "é" at character 5, expected what AWS supports'],
    ['%*a%', 'found "*" at character 2, expected what AWS supports'],
    ['%a^b%', 'found "^" at character 3, expected what AWS supports'],
    ['%a]%', 'found "]" at character 3, expected what AWS supports'],
    ['%a$b%', 'found "b" at character 4, expected the end of the alternative after $'],
    ['%a**%', 'found "*" at character 4, expected at most one repetition'],
    ['%a+?%', 'found "?" at character 4, expected at most one repetition'],
    ['%a{1}{2}%', 'found "{" at character 6, expected at most one repetition'],
    ['%a{x}%', 'found "{" at character 3, expected {m}, {m,n}, {m,} or {,n}'],
    ['%a{1, 2}%', 'found "{" at character 3, expected {m}, {m,n}, {m,} or {,n}'],
    ['%a{3,2}%', 'found "{" at character 3, expected {m,n} with n from 1 and not below m'],
    ['%a{0}%', 'found "{" at character 3, expected {m,n} with n from 1'],
    ['%a{,}%', 'found "{" at character 3, expected {m,n} with n from 1'],
    ['%a{9999}%', 'found "%" at character 1, expected a regular expression for at most 1024 characters'],
    ['%a{1000}b{25}%', 'its repetitions come to 1025'],
    ['%[a%', 'found "%" at character 4, expected the regular expression to go on'],
    ['%[]%', 'found "]" at character 3, expected what AWS supports'],
    ['%[[]%', 'found "[" at character 3, expected what AWS supports'],
    ['%[z-a]%', 'found "z" at character 3, expected a range from a lower to a higher character'],
    ['%[a-\\d]%', 'found "a" at character 3, expected a range from a lower to a higher character'],
    ['%[a-c-e]%', 'found "-" at character 6, expected a hyphen that stands for itself to be first or last'],
    ['%\\b%', 'found "\\\\" at character 2, expected an operator, d, D, s, S, w, W or x00 to x7F'],
    ['%\\1%', 'found "\\\\" at character 2, expected an operator'],
    ['%\\(%', 'found "\\\\" at character 2, expected an operator'],
    ['%\\xe9%', 'found "\\\\" at character 2, expected an operator'],
    ['%a% b', 'found "b" at character 5, expected nothing after the filter'],
  ])('%s is refused', (pattern, message) => {
    expect(() => parseLogFilter(pattern)).toThrow(LogFilterError);
    expect(() => parseLogFilter(pattern)).toThrow(message);
  });

  it('takes a time that grows with the text only, whatever the text', () => {
    const hostile = 'a'.repeat(100_000);
    const startMs = performance.now();

    expect(mismatchOf('%a*a*a*a*a*a*a*a*a*a*b%', hostile)).toMatch(/^has nothing/);
    expect(mismatchOf('%^a?a?a?a?a?a?a?a?a{8}$%', hostile)).toMatch(/^has nothing/);
    expect(mismatchOf('%.*.*.*=.*b%', hostile)).toMatch(/^has nothing/);
    // A RegExp that goes back and tries again would need years.
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });
});
