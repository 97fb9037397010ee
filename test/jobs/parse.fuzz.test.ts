import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { JobsFileError } from '../../shared/jobs/problem.ts';

const fixture = readFileSync(new URL('fixtures/everything.yml', import.meta.url), 'utf8');
const lines = fixture.split('\n');
const words = fixture.match(/[\w-]+/g) ?? [];

/** Parses, or throws JobsFileError with problems that have a place and a message; anything else fails the test. */
function parsesOrRefuses(text: string): void {
  try {
    expect(Object.isFrozen(parseJobs(text, 'jobs.yml'))).toBe(true);
  } catch (error) {
    if (!(error instanceof JobsFileError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { file, line, column, message } of error.problems) {
      expect(file).toBe('jobs.yml');
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).toMatch(/\S/);
      expect(message).not.toMatch(/\n/);
    }
  }
}

describe('parseJobs, with any text', () => {
  it('parses or refuses text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), parsesOrRefuses));
  });

  it('parses or refuses what looks like YAML', () => {
    const token = fc.constantFrom(
      ...[
        '\n',
        ' ',
        '  ',
        ': ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '"',
        "'",
        '#',
        '&a ',
        '*a',
        '!x ',
        '|',
        '>',
        '? ',
      ],
      ...[
        '---\n',
        '...\n',
        '<<: ',
        '%YAML 1.1\n',
        '\t',
        '~',
        '0x1f',
        '.nan',
        '__proto__',
        'service: shop\n',
        'jobs:\n',
      ],
    );
    fc.assert(fc.property(fc.array(token, { maxLength: 60 }), (tokens) => parsesOrRefuses(tokens.join(''))));
  });

  it('parses or refuses any JSON in the places of a job, an event and its properties', () => {
    const names = fc.constantFrom(...new Set(words), '__proto__', 'constructor', 'toString');
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), tie('list'), tie('mapping'), names),
      list: fc.array(tie('any'), { maxLength: 4 }),
      mapping: fc.dictionary(names, tie('any'), { maxKeys: 6 }),
    }));
    const place = fc.constantFrom(
      (part: unknown) => ({ service: 'shop', jobs: part }),
      (part: unknown) => ({
        service: 'shop',
        jobs: { a: part },
        httpApis: part,
        runsApi: part,
        network: part,
      }),
      (part: unknown) => ({
        service: 'shop',
        jobs: { a: { target: 'fargate', container: part, resources: part, events: part } },
      }),
      (part: unknown) => ({
        service: 'shop',
        jobs: { a: { target: 'batch', compute: part, retryConfig: part, events: [part, part] } },
      }),
      (part: unknown) => ({
        service: 'shop',
        jobs: { a: { events: [{ type: 'sqs', properties: part }, { type: part }] } },
      }),
    );
    fc.assert(fc.property(place, value.any, (put, part) => parsesOrRefuses(stringify(put(part)))));
  });

  it('parses or refuses a file with lines left out, repeated, moved or indented', () => {
    const index = fc.nat({ max: lines.length - 1 });
    const change = fc.constantFrom(
      (): string[] => [],
      (line: string) => [line, line],
      (line: string) => [` ${line}`],
      (line: string) => [line.replace(/^ {2}/, '')],
      (line: string) => [line.replace(/:.*/, ':')],
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(index, change), { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = changes.reduce(
          (text, [at, apply]) => text.toSpliced(at, 1, ...apply(text[at] ?? '')),
          lines,
        );
        parsesOrRefuses(changed.join('\n'));
      }),
      { numRuns: 60 },
    );
  });

  it('parses or refuses a file with a word replaced', () => {
    const word = fc.constantFrom(...new Set(words));
    const replacement = fc.oneof(
      word,
      fc.constantFrom('7', '-1', '[]', '{}', 'null', '1e999', '"\\0"', '*a', '!x', '<<'),
    );
    fc.assert(
      fc.property(word, replacement, (found, replaced) => parsesOrRefuses(fixture.replace(found, replaced))),
      { numRuns: 60 },
    );
  });
});
