import { describe, expect, it } from 'vitest';
import type { Json } from '../../../shared/events/trigger-event.ts';
import { meets } from './sentences.ts';

type Row = readonly [
  condition: unknown,
  met: readonly (Json | undefined)[],
  notMet: readonly (Json | undefined)[],
];

function describeConditions(name: string, rows: readonly Row[], dialect?: 'sns') {
  describe(name, () => {
    it.each(rows.map(([condition, met, notMet]) => ({ condition, met, notMet })))(
      'as $condition',
      ({ condition, met, notMet }) => {
        expect(met.filter((value) => !meets(condition, value, dialect))).toEqual([]);
        expect(notMet.filter((value) => meets(condition, value, dialect))).toEqual([]);
      },
    );
  });
}

describeConditions('an exact value is met by the same value of the same type', [
  [
    'on',
    ['on', ['off', 'on'], [['on']]],
    ['On', 'on ', '', null, undefined, [], { on: 'on' }, [{ a: 'on' }]],
  ],
  ['', [''], [null, ' ', undefined, []]],
  ['7', ['7'], [7, ['8', 7]]],
  [7, [7, 7.0, [6, 7]], ['7', 70, true]],
  [0, [0, -0], ['', false, null]],
  [1.5, [1.5], ['1.5', 1.50001]],
  [123456789012, [123456789012], ['123456789012']],
  [true, [true, [false, true]], ['true', 1, false]],
  [false, [false], [0, '', null, undefined]],
  [null, [null, [null]], ['null', '', 0, undefined, [], {}]],
  ['žltý 🌞', ['žltý 🌞'], ['zlty 🌞', 'žltý']],
  ['\u00e9', ['\u00e9'], ['e\u0301']],
  ['10.0.0.1', ['10.0.0.1'], ['010.0.0.1']],
]);

describeConditions('prefix and suffix look at the ends of text', [
  [
    { prefix: 'img-' },
    ['img-', 'img-7', ['x', 'img-8']],
    ['Img-7', 'an img-7', 7, null, undefined, [], { x: 'img-' }],
  ],
  [{ prefix: '7' }, ['7', '70'], [7, 70]],
  [{ prefix: '' }, ['', 'anything'], [7, null, true, undefined]],
  [{ prefix: '🌞' }, ['🌞 day'], ['day 🌞', '🌛']],
  [{ suffix: '.jpg' }, ['.jpg', 'a.jpg', ['x', 'b.jpg']], ['a.JPG', 'a.jpg ', 7, null, undefined]],
  [{ suffix: '' }, ['', 'anything'], [7, undefined]],
  [{ prefix: { 'equals-ignore-case': 'Img' } }, ['img-7', 'IMG', 'iMg1'], ['im', 'an img', 7]],
  [{ suffix: { 'equals-ignore-case': '.Jpg' } }, ['a.jpg', 'a.JPG', '.jPg'], ['a.jpeg', '.jpg1', null]],
]);

describeConditions('equals-ignore-case is met by the same letters', [
  [
    { 'equals-ignore-case': 'Alice' },
    ['alice', 'ALICE', 'Alice', ['bob', 'aLICE']],
    ['alice ', 'ali', 7, null, undefined],
  ],
  [{ 'equals-ignore-case': 'Žltá' }, ['žltá', 'ŽLTÁ'], ['zlta']],
  [{ 'equals-ignore-case': 'οδος' }, ['ΟΔΟΣ', 'Οδος'], ['οδο']],
  [{ 'equals-ignore-case': 'straße' }, ['STRASSE', 'straße'], ['strase']],
  [{ 'equals-ignore-case': '' }, [''], [' ', null]],
]);

describeConditions('a wildcard stands for any text, and can be escaped', [
  [{ wildcard: '*' }, ['', 'a', 'a*b'], [7, null, true, undefined, []]],
  [{ wildcard: 'a*' }, ['a', 'ab'], ['', 'ba']],
  [{ wildcard: '*a' }, ['a', 'ba'], ['ab']],
  [{ wildcard: 'a*a' }, ['aa', 'aba'], ['a', 'ab']],
  [{ wildcard: '*a*a*' }, ['aa', 'xaxax', 'aaa'], ['a', 'xax']],
  [{ wildcard: 'ab*ba' }, ['abba', 'ab-ba'], ['aba']],
  [{ wildcard: '*/bin/*.jar' }, ['/usr/bin/a.jar', '/bin/.jar'], ['/usr/lib/a.jar', '/bin/a.jar/']],
  [{ wildcard: 'a*b*c' }, ['abc', 'a-b-b-c-c'], ['acb', 'ab', 'xabc']],
  [{ wildcard: 'abc' }, ['abc'], ['abcd', 'a*c']],
  [{ wildcard: 'a\\*c' }, ['a*c'], ['abc', 'a\\*c']],
  [{ wildcard: 'a\\\\*' }, ['a\\', 'a\\b'], ['a*', 'ab']],
  [{ wildcard: '*\\*' }, ['*', 'a*'], ['a']],
  [{ wildcard: '' }, [''], ['a']],
  [{ wildcard: 'a.c' }, ['a.c'], ['abc']],
  [{ wildcard: 'line*' }, ['line\nline'], []],
]);

describeConditions('numeric compares numbers', [
  [{ numeric: ['=', 5] }, [5, [4, 5]], ['5', 4, 5.000001, null, undefined]],
  [{ numeric: ['=', 301.8] }, [301.8, 3.018e2], [301]],
  [{ numeric: ['<', 5] }, [4, -5e9], [5, 6, -5e9 - 1, '4', null]],
  [{ numeric: ['<=', 5] }, [5, 4.9], [5.1]],
  [{ numeric: ['>', 0] }, [0.000001, 5e9], [0, -1, 5e9 + 1, true]],
  [{ numeric: ['>=', -1.5] }, [-1.5, 0], [-1.6]],
  [{ numeric: ['>', 0, '<=', 5] }, [1, 5, [9, 3]], [0, 5.1, [-1, 6], [], undefined]],
  [{ numeric: ['>=', 0, '<', 5] }, [0, 4.999999], [5, -0.1]],
]);

describeConditions('cidr is met by an address in the range', [
  [
    { cidr: '10.0.0.0/24' },
    ['10.0.0.0', '10.0.0.255', ['1.1.1.1', '10.0.0.7']],
    [
      '10.0.1.0',
      '9.255.255.255',
      'x',
      '',
      7,
      null,
      undefined,
      '10.0.0.256',
      '10.0.0',
      '10.0.0.0/24',
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
    ],
  ],
  [{ cidr: '10.0.0.9/24' }, ['10.0.0.0', '10.0.0.255'], ['10.0.1.0']],
  [{ cidr: '0.0.0.0/0' }, ['255.255.255.255', '0.0.0.0'], ['::1', '255.255.255.2555']],
  [{ cidr: '192.168.0.254/31' }, ['192.168.0.254', '192.168.0.255'], ['192.168.0.253']],
  [{ cidr: '128.0.0.0/1' }, ['128.0.0.0', '255.0.0.0'], ['127.255.255.255']],
  [
    { cidr: '2001:db8::/32' },
    ['2001:db8::', '2001:DB8::1', '2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db9::', '32.1.13.184', '2001:db8::%eth0', '2001:db8:::1', ':'],
  ],
  [{ cidr: '::/127' }, ['::', '::1', '0:0:0:0:0:0:0:1'], ['::2', '0.0.0.1']],
  [{ cidr: '1:2:3:4:5:6:7::/112' }, ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::'], ['1:2:3:4:5:6:8:8']],
]);

describeConditions('exists asks for a value at the end of the path', [
  [{ exists: true }, ['', 0, false, null, [null], ['x']], [undefined, [], {}, { b: 1 }, [{ b: 1 }], [[]]]],
  [{ exists: false }, [undefined, [], {}, { b: 1 }, [{ b: 1 }]], ['', 0, false, null, [null], ['x', {}]]],
]);

describeConditions('anything-but is met by every other value that is there', [
  [
    { 'anything-but': 'off' },
    ['on', 'OFF', 7, true, null, ['off', 'on']],
    ['off', ['off'], ['off', 'off'], undefined, [], {}],
  ],
  [
    { 'anything-but': ['off', 'lost'] },
    ['on', 7, ['off', 'lost', 'on']],
    ['off', 'lost', ['off', 'lost'], undefined],
  ],
  [{ 'anything-but': 7 }, [8, '7', null], [7, [7], undefined]],
  [{ 'anything-but': [7, 8.5] }, [9, '8.5', 6e9], [7, 8.5]],
  [{ 'anything-but': '' }, ['a', null], ['', undefined]],
  [{ 'anything-but': { prefix: 'init' } }, ['on', 'Init', 7, null], ['init', 'initial', undefined]],
  [{ 'anything-but': { prefix: ['a', 'b'] } }, ['c'], ['ax', 'bx']],
  [{ 'anything-but': { suffix: '.png' } }, ['a.jpg', 7], ['a.png', '.png', undefined]],
  [{ 'anything-but': { suffix: ['.png', '.jpg'] } }, ['a.gif'], ['a.png', 'a.jpg']],
  [{ 'anything-but': { 'equals-ignore-case': 'off' } }, ['on', 7, null], ['off', 'OFF', undefined]],
  [{ 'anything-but': { 'equals-ignore-case': ['off', 'lost'] } }, ['on'], ['Off', 'LOST']],
  [{ 'anything-but': { wildcard: '*/lib/*' } }, ['/usr/bin/x', 7], ['/usr/lib/x', undefined]],
  [{ 'anything-but': { wildcard: ['*a', 'b*'] } }, ['ab'], ['ba', 'a', 'b']],
]);

describeConditions(
  'an attribute of an SNS message is text, a number or a list',
  [
    ['rugby', ['rugby', ['tennis', 'rugby']], ['Rugby', undefined]],
    [
      { 'anything-but': ['rugby', 'tennis'] },
      ['baseball', ['rugby', 'baseball']],
      ['rugby', ['rugby', 'tennis'], undefined],
    ],
    [{ 'anything-but': { prefix: 'order-' } }, ['data-entry'], ['order-cancelled', undefined]],
    [{ numeric: ['>', 0, '<=', 150] }, [150, 0.5], [0, 151, '100']],
    [{ numeric: ['>', 0] }, [1e9], [1e9 + 1]],
    [{ exists: true }, ['x', 0, ['x']], [undefined, [], '', null, [null, '']]],
    [{ exists: false }, [undefined], ['x', 0]],
    [{ suffix: 'ball' }, ['baseball'], ['rugby']],
    [{ 'equals-ignore-case': 'tennis' }, ['TENNIS'], ['rugby']],
    [{ cidr: '10.0.0.0/24' }, ['10.0.0.255'], ['10.1.1.0']],
  ],
  'sns',
);
