import { describe, expect, it } from 'vitest';
import { problemsOf } from './problems-of.ts';

const job = '{ target: process, local: { command: [x] }, events: [{ type: manual }] }';

describe('the text of jobs.yml', () => {
  it('cannot be empty, a comment only, or anything but a mapping', () => {
    const empty = ['1:1 the file is empty, expected "service" and "jobs"'];

    expect(problemsOf('')).toEqual(empty);
    expect(problemsOf('# jobs\n\n')).toEqual(empty);
    expect(problemsOf('\n- service: shop\n')).toEqual([
      '2:1 found a list, expected a mapping with "service" and "jobs"',
    ]);
    expect(problemsOf('service')).toEqual([
      '1:1 found "service", expected a mapping with "service" and "jobs"',
    ]);
  });

  it('has to be YAML, and says where it is not', () => {
    expect(problemsOf(`service: shop\njobs:\n\ta: ${job}\n`)).toEqual([
      '3:1 not valid here: found a tab, expected spaces for indentation',
    ]);
    expect(problemsOf('service: "shop\njobs: {}\n')).toEqual([
      '3:1 not valid here: a quote, a comma, a colon or a closing bracket is missing',
    ]);
  });

  it('is not quoted in messages about YAML, since a secret could be in it', () => {
    expect(problemsOf('service: shop\nDB_PASSWORD: "hunter2" hunter3\n').join()).not.toContain('hunter');
  });

  it('is one document', () => {
    expect(problemsOf(`service: shop\njobs: { a: ${job} }\n---\nservice: t\n`)).toEqual([
      '3:1 not valid here: a second document starts ("---"), expected one document',
    ]);
  });

  it('cannot have a name twice in one mapping', () => {
    expect(problemsOf(`service: shop\nservice: t\njobs:\n  a: ${job}\n  a: ${job}\n`)).toEqual([
      '2:1 found "service" twice in one mapping, expected it once',
      '5:3 found "a" twice in one mapping, expected it once',
    ]);
  });

  it('has no tags but those of CloudFormation, where it takes references', () => {
    expect(problemsOf(`service: !Ref name\njobs: { a: ${job} }\n`)).toEqual([
      '1:15 service: found a reference (Ref), expected a name of 2 to 20 lower-case letters, digits and "-" that starts with a letter',
    ]);
    expect(problemsOf(`service: !Reff name\njobs: { a: ${job} }\n`)).toEqual([
      '1:10 not valid here: the tag is not known; jobs.yml takes plain values, !Ref, !GetAtt, !ImportValue and !Sub ("!Reff")',
    ]);
    expect(problemsOf(`service: !!binary aGVsbG8=\njobs: { a: ${job} }\n`)[0]).toMatch(
      /^1:10 not valid here: the tag/,
    );
  });

  it('has no merge keys', () => {
    expect(problemsOf(`service: shop\njobs:\n  a:\n    <<: ${job}\n`)).toContain(
      '4:5 found a merge key (<<), expected the properties themselves',
    );
  });

  it('cannot name an alias without an anchor', () => {
    expect(problemsOf(`service: *name\njobs: { a: ${job} }\n`)).toContain(
      '1:10 found the alias "*name", expected its anchor before it',
    );
  });

  it('cannot be blown up by aliases', () => {
    const lists = 'abcdefgh'.split('').map((name, index, names) => {
      const entry = index === 0 ? '1' : `*${names[index - 1]}`;
      return `${name}: &${name} [${Array(9).fill(entry).join(',')}]\n`;
    });

    expect(problemsOf(lists.join(''))).toEqual([
      expect.stringMatching(
        /^\d+:\d+ found too much, expected at most 100000 values and 64 levels, aliases followed$/,
      ),
    ]);
  });

  it('cannot be nested for ever, by brackets or by an alias inside its own anchor', () => {
    expect(problemsOf('['.repeat(100_000))).toEqual([
      expect.stringMatching(/nested too deeply, expected at most 64 levels$/),
    ]);
    expect(problemsOf('service: &a [*a]\n')).toEqual([expect.stringMatching(/found too much, .* 64 levels/)]);
  });

  it('has at most 262,144 characters', () => {
    expect(problemsOf(`service: shop\njobs: { a: ${job} }\n#${'x'.repeat(262_144)}`)).toEqual([
      expect.stringMatching(/^1:1 the file has 2622\d\d characters, expected at most 262144$/),
    ]);
  });

  it('cannot have names or values that JavaScript or a process would make something else of', () => {
    const event = (input: string) =>
      `service: shop\njobs:\n  a:\n    target: process\n    local: { command: [x] }\n    events:\n` +
      `      - { type: schedule, properties: { scheduleRate: rate(1 day), input: { x: ${input} } } }\n`;

    expect(problemsOf(event('1'))).toEqual([]);
    expect(problemsOf(event('12345678901234567890'))).toEqual([
      '7:80 jobs.a.events[0].properties.input.x: found a number that cannot be held exactly, expected it in quotes',
    ]);
    expect(problemsOf(event('.inf'))[0]).toMatch(/cannot be held exactly/);
    expect(problemsOf(event('"\\0"'))).toEqual(['7:80 found a NUL character, which no program can be given']);
    expect(problemsOf(event('"\\ud800"'))).toEqual([
      '7:80 found half of a surrogate pair, expected whole characters',
    ]);
    expect(problemsOf(event('{ __proto__: 1 }'))).toEqual([
      '7:82 found the name "__proto__", which cannot be used',
    ]);
    expect(problemsOf(event('{ ? [a] : 1 }'))[0]).toMatch(/found a name that is not text/);
  });
});
