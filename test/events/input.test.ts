import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyInput, checkInputTransformer, InputError, parseInputPath } from '../../shared/events/input.ts';

const event = {
  version: '0',
  id: '7bf73129',
  'detail-type': 'Dataset Ready',
  source: 'acme.datasets',
  time: '2026-11-20T10:00:00Z',
  detail: { name: 'daily "a"', size: 7, tags: ['x', { 'a b': null }], ok: true },
};

const transformed = (inputTemplate: string, inputPathsMap: Record<string, string> = {}) =>
  applyInput({ inputTransformer: { inputPathsMap, inputTemplate } }, event);

describe('the input of a job', () => {
  it('is the event when the rule says nothing', () => {
    expect(applyInput({}, event)).toEqual(event);
  });

  it('is the input of the rule, null and false too', () => {
    expect(applyInput({ input: { kind: 'daily' } }, event)).toEqual({ kind: 'daily' });
    expect(applyInput({ input: null }, event)).toBeNull();
    expect(applyInput({ input: false }, event)).toBe(false);
  });

  it.each([
    ['$', event],
    ['$.detail.size', 7],
    ['$.detail-type', 'Dataset Ready'],
    ["$['detail-type']", 'Dataset Ready'],
    ['$.detail.tags[0]', 'x'],
    ['$.detail.tags[1]["a b"]', null],
    ['$.detail.missing', null],
    ['$.detail.tags.length', null],
    ['$.detail.name.length', null],
    ['$.detail.toString', null],
    ['$.detail.__proto__', null],
  ])('is what is at %s', (inputPath, expected) => {
    expect(applyInput({ inputPath }, event)).toEqual(expected);
  });

  it('is null at every path of null', () => {
    expect(applyInput({ inputPath: '$.a' }, null)).toBeNull();
  });
});

describe('an input path', () => {
  it('is read as names and indices', () => {
    expect(parseInputPath(`$.detail.items[0]['a.b']["c d"]`)).toEqual(['detail', 'items', 0, 'a.b', 'c d']);
    expect(parseInputPath('$')).toEqual([]);
  });

  it.each([
    ['detail', 'expected it to start with $'],
    ['', 'expected it to start with $'],
    ['$detail', `expected .name, ['name'] or [0] at character 2`],
    ['$.detail.', `expected .name, ['name'] or [0] at character 9`],
    ['$.detail[*]', `expected .name, ['name'] or [0] at character 9`],
    ['$..id', `expected .name, ['name'] or [0] at character 2`],
    ['$.a[?(@.b)]', `expected .name, ['name'] or [0] at character 4`],
    [`$.${'a'.repeat(300)}`, 'expected at most 256'],
  ])('%.20s is refused: %s', (path, message) => {
    expect(() => parseInputPath(path)).toThrow(InputError);
    expect(() => parseInputPath(path)).toThrow(message);
  });

  it('is read or refused, whatever it is, and leads nowhere but into the event', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
        try {
          applyInput({ inputPath: `$${text}` }, JSON.parse(JSON.stringify(value)));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('an input transformer', () => {
  const paths = {
    name: '$.detail.name',
    size: '$.detail.size',
    tags: '$.detail.tags',
    none: '$.detail.none',
  };

  it('puts JSON outside quotes', () => {
    expect(
      transformed('{"name": <name>, "sizes": [1, <size>], "tags": <tags>, "none": <none>}', paths),
    ).toEqual({
      name: 'daily "a"',
      sizes: [1, 7],
      tags: ['x', { 'a b': null }],
      none: null,
    });
  });

  it('puts text inside quotes, and keeps the result JSON', () => {
    expect(transformed('{"text": "\\"<name>\\" has <size> of <tags><none>"}', paths)).toEqual({
      text: '"daily "a"" has 7 of ["x",{"a b":null}]',
    });
    expect(transformed('"<size> of <name>"', paths)).toBe('7 of daily "a"');
  });

  it('gives text when the result is not JSON', () => {
    expect(transformed('size is <size>', paths)).toBe('size is 7');
  });

  it('knows the whole event, the event without its detail, and its time', () => {
    expect(transformed('{"all": <aws.events.event.json>}')).toEqual({ all: event });
    expect(transformed('"<aws.events.event.json>"')).toBe(JSON.stringify(event));
    const { detail: _, ...rest } = event;
    expect(transformed('<aws.events.event>')).toEqual(rest);
    expect(transformed('{"at": <aws.events.event.ingestion-time>}')).toEqual({ at: '2026-11-20T10:00:00Z' });
  });

  it('leaves what is no placeholder', () => {
    expect(transformed('{"a": "1 < 2 > 0 <>"}')).toEqual({ a: '1 < 2 > 0 <>' });
  });

  it('fills a placeholder with the text of another and no more', () => {
    expect(
      applyInput(
        { inputTransformer: { inputPathsMap: { a: '$.a', b: '$.b' }, inputTemplate: '"<a> <b>"' } },
        { a: '<b>', b: '$& \\' },
      ),
    ).toBe('<b> $& \\');
  });

  it.each([
    [{ inputTemplate: '<name>' }, 'inputTemplate has <name>, expected a name of inputPathsMap'],
    [{ inputTemplate: '"<aws.events.rule-arn>"' }, 'inputTemplate has <aws.events.rule-arn>'],
    [{ inputTemplate: '<toString>' }, 'inputTemplate has <toString>'],
    [{ inputPathsMap: { 'a b': '$.a' }, inputTemplate: '1' }, 'inputPathsMap has "a b"'],
    [{ inputPathsMap: { 'aws-x': '$.a' }, inputTemplate: '1' }, 'inputPathsMap has "aws-x"'],
    [
      { inputPathsMap: { a: 'detail' }, inputTemplate: '1' },
      'input path "detail": expected it to start with $',
    ],
  ])('%j is refused', (transformer, message) => {
    expect(() => checkInputTransformer(transformer)).toThrow(InputError);
    expect(() => checkInputTransformer(transformer)).toThrow(message);
    expect(() => applyInput({ inputTransformer: transformer }, event)).toThrow(InputError);
  });

  it('gives every value back, in quotes or not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const json = JSON.parse(JSON.stringify({ value, text }));
        const inputTransformer = {
          inputPathsMap: { value: '$.value', text: '$.text' },
          inputTemplate: '{"value": <value>, "text": "<text>"}',
        };
        expect(applyInput({ inputTransformer }, json)).toEqual(json);
      }),
    );
  });
});
