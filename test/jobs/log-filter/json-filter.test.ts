import { describe, expect, it } from 'vitest';
import { parseLogFilter } from '../../../shared/jobs/log-filter/log-filter.ts';
import { LogFilterError } from '../../../shared/jobs/log-filter/pattern-reader.ts';
import { mismatchOf } from './mismatch-of.ts';

const order = JSON.stringify({
  level: 'ERROR',
  source: '10.0.7.12',
  latency: 812.5,
  attempts: 3,
  paid: false,
  gift: true,
  coupon: null,
  empty: '',
  zip: '0800',
  'customer.name': 'Ada',
  'detail-type': 'Order Placed',
  items: [
    { sku: 'bolt-7', count: 2 },
    { sku: 'nut', count: 40 },
  ],
  tags: ['new', 'eu'],
  grid: [
    [1, 2],
    [3, 4],
  ],
  route: { from: 'BTS', to: { city: 'KSC' } },
});

describe('a JSON filter', () => {
  it.each([
    '{ $.level = "ERROR" }',
    '{$.level="ERROR"}',
    ' { $.level = ERROR } ',
    '{ $.level != "INFO" }',
    '{ $.level = "ERR*" }',
    '{ $.level = *ROR }',
    '{ $.level = *R* }',
    '{ $.level = E*R }',
    '{ $.level = * }',
    '{ $.empty = "" }',
    '{ $.empty = "*" }',
    '{ $.source = 10.0.7.12 }',
    '{ $.source = 10.0.* }',
    '{ $.source != 192.168.* }',
    '{ $.source = %^10\\.0\\.[0-9]{1,3}\\.% }',
    '{ $.level != %INFO|WARN% }',
    '{ $.latency > 800 }',
    '{ $.latency >= 812.5 }',
    '{ $.latency < 1e3 }',
    '{ $.latency <= +8.125e+2 }',
    '{ $.latency = 8125e-1 }',
    '{ $.latency = 8* }',
    '{ $.attempts = 3 }',
    '{ $.attempts = 3.0 }',
    '{ $.attempts = "3" }',
    '{ $.attempts != "3.0" }',
    '{ $.attempts != 4 }',
    '{ $.attempts > -1 }',
    '{ $.zip = 0800 }',
    '{ $.zip != 800 }',
    '{ $.coupon IS NULL }',
    '{ $.gift IS TRUE }',
    '{ $.paid IS FALSE }',
    '{ $.refund NOT EXISTS }',
    '{ $.route.by.whom NOT EXISTS }',
    '{ $.[\'customer.name\'] = "Ada" }',
    "{ $['customer.name'] = Ada }",
    '{ $.detail-type = "Order Placed" }',
    '{ $.items[1].sku = "nut" }',
    "{ $.items[1].['sku'] = nut }",
    '{ $.items[*].count = 40 }',
    '{ $.items[*].count != 40 }',
    '{ $.tags[*] = %^e% }',
    '{ $.grid[1][0] = 3 }',
    '{ $.grid[*][1] = 4 }',
    '{ $.route.to.city = KSC }',
    '{ $.* = "10.0.7.12" }',
    '{ $.route.* = "BTS" }',
    '{ $.route[*] = "BTS" }',
    '{ $.level = "ERROR" && $.attempts > 2 }',
    '{ $.level = "INFO" || $.attempts > 2 }',
    '{ $.level = "ERROR" || $.attempts = 9 && $.attempts = 8 }',
    '{ ($.level = "INFO" || $.attempts = 3) && ($.gift IS TRUE) }',
    '{ ((( $.attempts = 3 ))) }',
    '{ $.items[*].sku = "nut" && $.items[*].count = 2 }',
  ])('%s takes the order', (pattern) => {
    expect(mismatchOf(pattern, order)).toBeUndefined();
  });

  it.each([
    ['{ $.level = "INFO" }', '$.level is "ERROR", expected "INFO"'],
    ['{ $.level = "error" }', '$.level is "ERROR", expected "error"'],
    ['{ $.level != ERR* }', '$.level is "ERROR", expected != "ERR*"'],
    ['{ $.level = *RR }', '$.level is "ERROR", expected "*RR"'],
    ['{ $.level = %^R% }', '$.level is "ERROR", expected %^R%'],
    ['{ $.level > 5 }', '$.level is "ERROR", expected > 5'],
    ['{ $.zip > 5 }', '$.zip is "0800", expected > 5'],
    ['{ $.zip = 800 }', '$.zip is "0800", expected 800'],
    ['{ $.attempts >= 1e1 }', '$.attempts is 3, expected >= 1e1'],
    ['{ $.attempts != 3.0 }', '$.attempts is 3, expected != 3.0'],
    ['{ $.attempts = "3.0" }', '$.attempts is 3, expected "3.0"'],
    ['{ $.refund != "x" }', '$.refund is missing, expected != "x"'],
    ['{ $.coupon != "x" }', '$.coupon is null, expected != "x"'],
    ['{ $.coupon = * }', '$.coupon is null, expected "*"'],
    ['{ $.tags != "x" }', '$.tags is a list, expected != "x"'],
    ['{ $.route = "x" }', '$.route is a mapping, expected "x"'],
    ['{ $.gift = true }', '$.gift is true, expected "true"'],
    ['{ $.paid IS TRUE }', '$.paid is false, expected true'],
    ['{ $.refund IS NULL }', '$.refund is missing, expected null'],
    ['{ $.coupon NOT EXISTS }', '$.coupon is null, expected it not to exist'],
    ['{ $.customer.name = Ada }', '$.customer.name is missing, expected "Ada"'],
    ['{ $.tags[2] = "x" }', '$.tags[2] is missing, expected "x"'],
    ['{ $.tags.0 = "new" }', '$.tags.0 is missing, expected "new"'],
    ['{ $.route[0] = "BTS" }', '$.route[0] is missing, expected "BTS"'],
    ['{ $.level.length = 5 }', '$.level.length is missing, expected 5'],
    ['{ $.tags.length = 2 }', '$.tags.length is missing, expected 2'],
    ['{ $.toString != "x" }', '$.toString is missing, expected != "x"'],
    ['{ $.__proto__.x NOT EXISTS && $.a = 1 }', '$.a is missing, expected 1'],
    ['{ $.items[*].sku = "x" }', 'none of the values at $.items[*].sku is as expected: "x"'],
    ['{ $.level = "ERROR" && $.attempts = 4 }', '$.attempts is 3, expected 4'],
    [
      '{ $.level = "INFO" || $.attempts = 4 }',
      '$.level is "ERROR", expected "INFO"; $.attempts is 3, expected 4',
    ],
    [
      '{ $.attempts = 4 || $.attempts = 5 || $.attempts = 6 || $.attempts = 7 || $.attempts = 8 }',
      '$.attempts is 3, expected 4; $.attempts is 3, expected 5; $.attempts is 3, expected 6; and 2 more',
    ],
    ['{ ($.level = "ERROR" || $.attempts = 9) && $.attempts = 8 }', '$.attempts is 3, expected 8'],
  ])('%s leaves the order, and says why', (pattern, reason) => {
    expect(mismatchOf(pattern, order)).toBe(reason);
  });

  it.each([
    '',
    'ERROR',
    '[{"v":1}]',
    '"v"',
    '1',
    'null',
    '{"v":1',
    '{"v":1} x',
    `${'{"v":'.repeat(300)}1${'}'.repeat(300)}`,
  ])('takes no message that is no JSON object: %s', (message) => {
    expect(mismatchOf('{ $.v NOT EXISTS }', message)).toBe('is no JSON object');
  });

  it('takes an object with space around it, and the last of two properties of one name', () => {
    expect(mismatchOf('{ $.v = 2 }', ' {"v":1,\n"v":2}\n')).toBeUndefined();
  });

  it('sees __proto__ only where the message has it', () => {
    expect(mismatchOf('{ $.__proto__ NOT EXISTS }', '{}')).toBeUndefined();
    expect(mismatchOf('{ $.__proto__.admin = 1 }', '{"__proto__":{"admin":1}}')).toBeUndefined();
    expect(mismatchOf('{ $.admin = 1 }', '{"__proto__":{"admin":1}}')).toBe('$.admin is missing, expected 1');
  });

  it('does not show what a secret is', () => {
    const login = '{"user":{"password":"hunter2","name":"ada"}}';

    expect(mismatchOf('{ $.user.password = "x" }', login)).toBe(
      '$.user.password is a value (not shown), expected "x"',
    );
    expect(mismatchOf('{ $.user.name = "x" }', login)).toBe('$.user.name is "ada", expected "x"');
  });

  it('compares numbers that are too long for JavaScript', () => {
    const long = '{"v":12345678901234567890}';

    expect(mismatchOf('{ $.v > 1e19 }', long)).toBeUndefined();
    expect(mismatchOf('{ $.v < 1e19 }', long)).toBe('$.v is "12345678901234567890", expected < 1e19');
    expect(mismatchOf('{ $.v = 12345678901234567890 }', long)).toBeUndefined();
    expect(mismatchOf('{ $.v = 12345678901234567891 }', long)).toMatch(/^\$\.v is/);
    expect(mismatchOf('{ $.v = 12345678901234567001 }', '{"v":12345678901234567000}')).toMatch(/^\$\.v is/);
  });

  it('has three selectors with * and two regular expressions at most', () => {
    expect(mismatchOf('{ $.tags[*] = a || $.items[*].sku = b || $.* = ERROR }', order)).toBeUndefined();
    expect(mismatchOf('{ $.level = %INFO% || $.level = %ERROR% }', order)).toBeUndefined();
  });

  it.each([
    ['{}', 'found "}" at character 2, expected a selector such as $.name'],
    ['{ }', 'found "}" at character 3, expected a selector'],
    ['{', 'found the end at character 2, expected a selector'],
    ['{ level = 1 }', 'found "level" at character 3, expected a selector'],
    ['{ "v": [1] }', 'found "\\"" at character 3, expected a selector'],
    ['{ !($.v = 1) }', 'found "!" at character 3, expected a selector'],
    ['{ $ = 1 }', 'found "$" at character 3, expected a selector'],
    ['{ $[0] = 1 }', 'found "$" at character 3, expected a selector'],
    [
      '{ $..v = 1 }',
      'found "." at character 5, expected a name of A-Z, a-z, 0-9, _ and -, * or [\'another name\']',
    ],
    ['{ $."v" = 1 }', 'found "\\"" at character 5, expected a name'],
    ['{ $.[0] = 1 }', 'found "[" at character 5, expected a name'],
    ['{ $.v[-1] = 1 }', 'found "-" at character 7, expected an index from 0, * or \'a name\', and ]'],
    ['{ $.v[0:2] = 1 }', 'found "0" at character 7, expected an index'],
    ['{ $.v["a"] = 1 }', 'found "\\"" at character 7, expected an index'],
    ["{ $['a\\'b'] = 1 }", 'found "\'" at character 5, expected an index'],
    ['{ $.a[*].* = 1 }', 'found "." at character 9, expected at most one * in a selector'],
    [
      '{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }',
      'found "$" at character 45, expected at most 3',
    ],
    ['{ $.a[*] NOT EXISTS }', 'found "NOT" at character 10, expected no * in the selector'],
    ['{ $.v }', 'found "}" at character 7, expected =, !=, <, <=, >, >=, IS or NOT EXISTS'],
    ['{ $.v EXISTS }', 'found "EXISTS" at character 7, expected =, !='],
    ['{ $.v NOT NULL }', 'found "NOT" at character 7, expected =, !='],
    ['{ $.v is null }', 'found "is" at character 7, expected =, !='],
    ['{ $.v IS NOT NULL }', 'found "NOT" at character 10, expected NULL, TRUE or FALSE'],
    ['{ $.v == 1 }', 'found "=" at character 8, expected a text, a number or a %regular expression%'],
    ['{ $.v = }', 'found "}" at character 9, expected a text'],
    ['{ $.v = -x }', 'found "-" at character 9, expected a text'],
    ['{ $.v = eu-west-1 }', 'found "-" at character 11, expected quotes round a text with other characters'],
    ['{ $.v = a@b }', 'found "@" at character 10, expected quotes round a text'],
    ['{ $.v = café }', 'found "é" at character 12, expected quotes round a text'],
    ['{ $.v = null }', 'found "null" at character 9, expected "null" for the text, or IS NULL'],
    [
      '{ $.v = .5 }',
      'found "." at character 9, expected a number such as 12, -0.5 or 1e3, or quotes round a text',
    ],
    ['{ $.v = 5. }', 'found "5" at character 9, expected a number such as'],
    ['{ $.v = 1E3 }', 'found "1E3" at character 9, expected a number such as'],
    ['{ $.v < 1e999 }', 'found "1e999" at character 9, expected a number that double precision can hold'],
    ['{ $.v > "5" }', 'found "\\"" at character 9, expected a number after >'],
    ['{ $.v <= 5* }', 'found "5" at character 10, expected a number after <='],
    ['{ $.v >= %5% }', 'found "%" at character 10, expected a number after >='],
    ['{ $.v = "a }', 'found the end at character 13, expected a closing "'],
    ['{ $.v = %a% || $.v = %b% || $.v = %c% }', 'found "%" at character 35, expected at most 2 regular'],
    ['{ $.v = 1 && }', 'found "}" at character 14, expected a selector'],
    ['{ $.v = 1 AND $.w = 2 }', 'found "AND" at character 11, expected &&, || or }'],
    ['{ $.v = 1 & $.w = 2 }', 'found "&" at character 11, expected &&, || or }'],
    ['{ $.v = 1, $.w = 2 }', 'found "," at character 10, expected &&, || or }'],
    ['{ ($.v = 1 }', 'found "}" at character 12, expected &&, || or )'],
    ['{ $.v = 1) }', 'found ")" at character 10, expected &&, || or }'],
    ['{ $.v = 1', 'found the end at character 10, expected &&, || or }'],
    ['{ $.v = 1 } x', 'found "x" at character 13, expected nothing after the filter'],
    [`{${'('.repeat(1000)}`, 'found the end at character 1002, expected a selector'],
  ])('%s is refused', (pattern, message) => {
    expect(() => parseLogFilter(pattern)).toThrow(LogFilterError);
    expect(() => parseLogFilter(pattern)).toThrow(`log filter: ${message}`);
  });
});
