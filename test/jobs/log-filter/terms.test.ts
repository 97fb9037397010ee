import { describe, expect, it } from 'vitest';
import { parseLogFilter } from '../../../shared/jobs/log-filter/log-filter.ts';
import { LogFilterError } from '../../../shared/jobs/log-filter/pattern-reader.ts';
import { matchesOf, mismatchOf } from './mismatch-of.ts';

const timeout = '2026-11-20 WARN Task timed out after 3 s';
const refused = '2026-11-20 ERROR payment refused';
const refusedAgain = '2026-11-20 ERROR payment refused, will retry';
const idle = 'idle';
const lines = [timeout, refused, refusedAgain, idle];

describe('an empty filter', () => {
  it.each(['', '  ', '\n', '""', '" "'])('%j is everything', (pattern) => {
    expect(matchesOf(pattern, [...lines, ''])).toEqual([...lines, '']);
  });
});

describe('terms', () => {
  it.each([
    ['ERROR', [refused, refusedAgain]],
    ['error', []],
    ['pay', [refused, refusedAgain]],
    ['ERROR retry', [refusedAgain]],
    ['retry\n  ERROR', [refusedAgain]],
    ['"timed out"', [timeout]],
    ['"out timed"', []],
    ['out timed', [timeout]],
    ['ERROR -retry', [refused]],
    ['-ERROR', [timeout, idle]],
    ['-"will retry" -Task', [refused, idle]],
    ['?Task ?retry', [timeout, refusedAgain]],
    ['?"timed out" ?idle', [timeout, idle]],
  ] as const)('%s takes the right lines', (pattern, expected) => {
    expect(matchesOf(pattern, lines)).toEqual(expected);
  });

  it('with a question mark are ignored beside others', () => {
    expect(matchesOf('?Task ?retry ERROR', lines)).toEqual([refused, refusedAgain]);
    expect(matchesOf('?Task -retry', lines)).toEqual([timeout, refused, idle]);
    expect(matchesOf('?Task ""', lines)).toEqual(lines);
  });

  it('take signs and quotes as they are when quoted', () => {
    expect(matchesOf('"\\"level\\":\\"error\\""', ['{"level":"error"}', '{"level":"info"}'])).toEqual([
      '{"level":"error"}',
    ]);
    expect(matchesOf('"C:\\\\logs"', ['C:\\logs', 'C:/logs'])).toEqual(['C:\\logs']);
    expect(matchesOf('"a*c"', ['a*c', 'abc'])).toEqual(['a*c']);
    expect(matchesOf('"[100%]"', ['done [100%]', 'done'])).toEqual(['done [100%]']);
    expect(matchesOf('"-retry"', ['x -retry', 'retry'])).toEqual(['x -retry']);
  });

  it('say what is missing, or what is there', () => {
    expect(mismatchOf('ERROR retry', timeout)).toBe('has no "ERROR"');
    expect(mismatchOf('Task -"timed out"', timeout)).toBe('has "timed out"');
    expect(mismatchOf('?ERROR ?"no room"', timeout)).toBe('has none of "ERROR", "no room"');
  });

  it.each([
    ['ORDER-7', 'found "-" at character 6, expected a space; a term with other characters than A-Z'],
    ['ERR*', 'found "*" at character 4, expected a space;'],
    ['status:', 'found ":" at character 7, expected a space;'],
    ['ERROR && WARN', 'found "&" at character 7, expected a term of A-Z, a-z, 0-9 and _, or one in double'],
    ['čas', 'found "č" at character 1, expected a term'],
    ['😀 é', 'found "😀" at character 1, expected a term'],
    ['"😀" é', 'found "é" at character 5, expected a term'],
    ['(ERROR)', 'found "(" at character 1, expected a term'],
    ['- ERROR', 'found " " at character 2, expected a term'],
    ['ERROR -', 'found the end at character 8, expected a term'],
    ['--a', 'found "-" at character 2, expected a term'],
    ['-" "', 'found "\\"" at character 2, expected a term after -'],
    ['?""', 'found "\\"" at character 2, expected a term after ?'],
    ['"a""b"', 'found "\\"" at character 4, expected a space'],
    ['"open', 'found the end at character 6, expected a closing "'],
    ['"a\\n"', 'found "\\\\" at character 3, expected a backslash as \\\\ and a quote as \\"'],
    ['ERROR %[0-9]%', 'found "%" at character 7, expected a term: a %regular expression% stands alone'],
    ['-%a%', 'found "%" at character 2, expected a term: a %regular expression% stands alone'],
    ['a'.repeat(1025), 'found 1025 characters, expected at most 1024'],
  ])('%s are refused', (pattern, message) => {
    expect(() => parseLogFilter(pattern)).toThrow(LogFilterError);
    expect(() => parseLogFilter(pattern)).toThrow(`log filter: ${message}`);
  });

  it('show no control characters to a terminal', () => {
    expect(mismatchOf('"\u001b[2J\u009b"', 'x')).toBe('has no "\\u001b[2J\\u{9b}"');
  });
});
