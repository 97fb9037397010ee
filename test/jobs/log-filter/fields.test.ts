import { describe, expect, it } from 'vitest';
import { parseLogFilter } from '../../../shared/jobs/log-filter/log-filter.ts';
import { LogFilterError } from '../../../shared/jobs/log-filter/pattern-reader.ts';
import { matchesOf, mismatchOf } from './mismatch-of.ts';

const page = '10.0.0.8 - ada [20/Nov/2026:10:00:00 +0100] "GET /shop/index.html HTTP/2" 404 1534';
const report =
  'REPORT RequestId: 3f1c-9a\tDuration: 102.25 ms\tBilled Duration: 103 ms\tMax Memory Used: 80 MB\t\n';

describe('a filter for space-delimited lines', () => {
  it.each([
    '[ip, identity, user, timestamp, request, status, bytes]',
    '[ip,identity,user,timestamp,request,status,bytes]',
    '[ip = 10.0.0.*, identity, user, timestamp, request, status, bytes]',
    '[ip = %^10\\.0\\.0\\.[1-9]$%, identity, user, timestamp, request, status, bytes]',
    '[ip, identity, user, timestamp = "20/Nov/2026*", request = "GET /shop/index.html HTTP/2", status, bytes]',
    '[ip, identity, user, timestamp, request =*.html*, status = 4*, bytes]',
    '[ip, identity = "-", user != root, timestamp, request, status = 404, bytes > 1000]',
    '[ip, identity, user, timestamp, request, status = 404.0, bytes <= 1.534e3]',
    '[ip, identity, user, timestamp, request, status = 404 || status = 410, bytes]',
    '[ip, identity, user, timestamp, request, status >= 400 && status < 500, bytes]',
    '[ip, identity, user, timestamp, request, status = 1 || status > 9 && status != 5, bytes]',
    '[..., status = 404, bytes]',
    '[..., bytes = 1534]',
    '[ip = 10*, ...]',
    '[ip = 10*, ..., bytes < 2000]',
    '[ip, identity, user, timestamp, request, status, bytes, ...]',
    '[..., request = *.html*, status = 4*,]',
    '[, , user = ada, ...]',
    '[...]',
    '[]',
    '[ ]',
    '[ip, rest]',
    '[ip, rest = *1534]',
    '[ip, rest = "- ada [20/Nov*"]',
    '[line]',
  ])('%s takes the line', (pattern) => {
    expect(mismatchOf(pattern, page)).toBeUndefined();
  });

  it.each([
    ['[ip = 192.*, ...]', 'ip is "10.0.0.8", expected "192.*"'],
    ['[..., status = 200, bytes]', 'status is "404", expected 200'],
    ['[..., status != 4*, bytes]', 'status is "404", expected != "4*"'],
    ['[..., status, bytes > 2000]', 'bytes is "1534", expected > 2000'],
    ['[..., request > 5, status, bytes]', 'request is "GET /shop/index.html HTTP/2", expected > 5'],
    [
      '[..., status = 200 || status = 410, bytes]',
      'status is "404", expected 200; status is "404", expected 410',
    ],
    ['[..., status >= 400 && status < 404, bytes]', 'status is "404", expected < 404'],
    ['[a, b, c, d, e, f, g, h]', 'has 7 fields, expected at least 8'],
    ['[a, b, c, d, ..., e, f, g, h]', 'has 7 fields, expected at least 8'],
    ['[ip = 10.0.0.8]', `ip is ${JSON.stringify(page.slice(0, 60)).slice(0, -1)}…", expected "10.0.0.8"`],
  ])('%s leaves the line, and says why', (pattern, reason) => {
    expect(mismatchOf(pattern, page)).toBe(reason);
  });

  it('gives the last field the rest of the line, so that it need not be counted', () => {
    const lines = ['ERROR disk full today', 'ERROR disk', 'ERROR', 'WARNING disk full'];

    expect(matchesOf('[level=ERROR, rest]', lines)).toEqual(['ERROR disk full today', 'ERROR disk']);
    expect(matchesOf('[level=ERROR || level=WARNING, rest]', lines)).toEqual([
      'ERROR disk full today',
      'ERROR disk',
      'WARNING disk full',
    ]);
    expect(matchesOf('[level!=ERROR && level!=WARNING, rest]', lines)).toEqual([]);
    expect(matchesOf('[level=ERROR]', lines)).toEqual(['ERROR']);
    expect(mismatchOf('[level=ERROR, rest]', 'ERROR')).toBe('has 1 field, expected at least 2');
  });

  it('reads what Lambda logs, with its tabs and its line end', () => {
    expect(mismatchOf('[type=REPORT, label="RequestId:", id="*-*", ...]', report)).toBeUndefined();
    expect(mismatchOf('[type=REPORT, ..., used > 64, unit=MB]', report)).toBeUndefined();
    expect(
      mismatchOf('[time=*Z, id="*-*", event=*failed]', '2026-11-20T10:00:00.000Z\ta-b\tit has failed\n'),
    ).toBe(undefined);
  });

  it.each([
    ['a "b c" d', ['a', 'b c', 'd']],
    ['a [b c] d', ['a', 'b c', 'd']],
    ['[a] "b"', ['a', 'b']],
    ['a  b\t c ', ['a', 'b', 'c']],
    ['"" []', ['', '']],
    ['a "b c', ['a', '"b', 'c']],
    ['[a b', ['[a', 'b']],
    ['x"b c"', ['x"b', 'c"']],
    ['[a]b c] d', ['[a]b', 'c]', 'd']],
    ['"a b"c', ['"a', 'b"c']],
    ['[a "b] c"', ['a "b', 'c"']],
  ])('%j has the fields %j', (line, fields) => {
    const pattern = `[${fields.map((field, at) => `f${at} = ${JSON.stringify(field)}`).join(', ')}, ...]`;
    const counts = `[${fields.map((_, at) => `f${at}`).join(', ')}, one_more]`;

    expect(mismatchOf(pattern, line)).toBeUndefined();
    expect(mismatchOf(counts, line)).toMatch(/^has \d+ fields?, expected at least/);
  });

  it.each(['', '   ', '\n'])('%j has no fields', (line) => {
    expect(mismatchOf('[a]', line)).toBe('has 0 fields, expected at least 1');
    expect(mismatchOf('[]', line)).toBeUndefined();
  });

  it('does not show what a secret is', () => {
    expect(mismatchOf('[user, api_token = x]', 'ada hunter2')).toBe(
      'api_token is a value (not shown), expected "x"',
    );
  });

  it('does not take long over brackets that never close, or digits that never end', () => {
    const startMs = performance.now();

    expect(mismatchOf('[a, b = x]', '[ '.repeat(1_000_000))).toMatch(/^b is/);
    expect(mismatchOf('[a, b = x]', `${'[x '.repeat(400_000)}]y`)).toMatch(/^b is/);
    expect(mismatchOf('[a > 5]', `1${'0'.repeat(400_000)}1`)).toMatch(/^a is/);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it.each([
    ['[', 'found the end at character 2, expected a name of A-Z, a-z, 0-9, _ and -, or ...'],
    ['[a', 'found the end at character 3, expected =, !=, <, <=, > or >='],
    ['[a b]', 'found "b" at character 4, expected =, !=, <, <=, > or >='],
    ['[a = 1', 'found the end at character 7, expected &&, ||, a comma or ]'],
    ['[a, ..., b, ...]', 'found "." at character 13, expected at most one ...'],
    ['[a, a]', 'found "a" at character 5, expected a name that no other field has'],
    ['[a = ]', 'found "]" at character 6, expected a text, a number or a %regular expression%'],
    ['[a = /x]', 'found "/" at character 6, expected a text'],
    ['[a = x/y]', 'found "/" at character 7, expected quotes round a text'],
    ['[a = 1 ||]', 'found "]" at character 10, expected a again: a field has conditions on itself only'],
    ['[a, b = 1 || c = 2]', 'found "c" at character 14, expected b again'],
    ['[(a = 1)]', 'found "(" at character 2, expected a name'],
    ['[a IS NULL]', 'found "IS" at character 4, expected =, !='],
    ['[a > x]', 'found "x" at character 6, expected a number after >'],
    ['[a = %x%, b = %y%, c = %z%]', 'found "%" at character 24, expected at most 2 regular expressions'],
    ['[$a]', 'found "$" at character 2, expected a name'],
    ['[á]', 'found "á" at character 2, expected a name'],
    ['["a"]', 'found "\\"" at character 2, expected a name'],
    ['[a, b] c', 'found "c" at character 8, expected nothing after the filter'],
  ])('%s is refused', (pattern, message) => {
    expect(() => parseLogFilter(pattern)).toThrow(LogFilterError);
    expect(() => parseLogFilter(pattern)).toThrow(`log filter: ${message}`);
  });
});
