import {
  type Document,
  type ErrorCode,
  isScalar,
  LineCounter,
  parseDocument,
  type Tags,
  type YAMLError,
} from 'yaml';
import { maximumDepth, type Part, type Places, readParts } from './document-parts.ts';
import { tags } from './intrinsic.ts';
import { type Path, toShown } from './mistake.ts';
import { JobsFileError, type Problem } from './problem.ts';

/** jobs.yml as plain data, with the place of everything in it. */
export type JobsDocument = {
  readonly value: Readonly<Record<string, unknown>>;
  /** What is wrong with the text itself, such as a property given twice; the rest can still be checked. */
  readonly problems: readonly Problem[];
  /** Where a part is written, or the nearest part around it that is there. Both count from 1. */
  locate(path: Path, at: 'key' | 'value'): { readonly line: number; readonly column: number };
};

/**
 * Reads one YAML 1.2 document (core schema) that is a mapping. Aliases are followed; tags outside the core schema, but
 * for those of CloudFormation's functions, and merge keys are not known. The text may have 262,144 characters.
 * Throws: JobsFileError when the text is not YAML, is empty, is no mapping or is beyond the limits.
 */
export function readDocument(text: string, file: string, places: Places): JobsDocument {
  const lines = new LineCounter();
  const locateOffset = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problemAt = (offset: number, message: string): Problem => ({
    file,
    ...locateOffset(offset),
    message,
  });
  const toProblem = ({ code, pos }: YAMLError): Problem => {
    const found = code === 'TAG_RESOLVE_FAILED' ? ` (${toShown(text.slice(...pos))})` : '';
    return problemAt(pos[0], `not valid here: ${sentences[code]}${found}`);
  };

  if (text.length > maximumCharacters) {
    const message = `the file has ${text.length} characters, expected at most ${maximumCharacters}`;
    throw new JobsFileError([problemAt(0, message)]);
  }
  const document = parseYaml(text, lines);
  if (document === undefined) throw new JobsFileError([problemAt(0, sentences.RESOURCE_EXHAUSTION)]);
  if (document.errors.length > 0) {
    throw new JobsFileError(firstOfEachLine(document.errors.map(toProblem)));
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    throw new JobsFileError([problemAt(0, 'the file is empty, expected "service" and "jobs"')]);
  }

  const { root, mistakes, exceeded } = readParts(contents, places);
  const problems = [
    ...document.warnings.map(toProblem),
    ...mistakes.map(({ offset, message }) => problemAt(offset, message)),
  ];
  if (exceeded) throw new JobsFileError(problems);
  const { value } = root;
  if (!isRecord(value)) {
    const message = `found ${toShown(value)}, expected a mapping with "service" and "jobs"`;
    throw new JobsFileError([...problems, problemAt(root.offset, message)]);
  }
  return { value, problems, locate: (path, at) => locateOffset(toOffset(root, path, at)) };
}

/** A mapping, as opposed to a list, a text, a number and so on. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const maximumCharacters = 262_144;

/** On values of every kind; readParts makes something of them. */
const customTags = tags.flatMap(
  (tag): Tags => [
    { tag, resolve: (text: string) => text },
    { tag, collection: 'seq', resolve: (list) => list },
    { tag, collection: 'map', resolve: (mapping) => mapping },
  ],
);

function parseYaml(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      lineCounter,
      version: '1.2',
      schema: 'core',
      merge: false,
      customTags,
      resolveKnownTags: false,
      uniqueKeys: false, // compared in readParts, in one pass
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function toOffset(root: Part, path: Path, at: 'key' | 'value'): number {
  let part = root;
  for (const step of path) {
    const next = part.parts.get(step);
    if (next === undefined) return part.keyOffset ?? part.offset;
    part = next;
  }
  // A name with nothing after it: the name is the place to look.
  return at === 'key' || part.value === null ? (part.keyOffset ?? part.offset) : part.offset;
}

/** One slip makes the parser stumble over what follows it. */
function firstOfEachLine(problems: readonly Problem[]): readonly Problem[] {
  const lines = new Map<number, Problem>();
  for (const problem of problems) if (!lines.has(problem.line)) lines.set(problem.line, problem);
  return [...lines.values()];
}

/** What the YAML library's codes mean. Its own messages can quote the text, and with it a secret. */
const sentences: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'an alias has to name an anchor',
  BAD_COLLECTION_TYPE: 'the tag does not fit the kind of value',
  BAD_DIRECTIVE: 'the directive is not known',
  BAD_DQ_ESCAPE: 'the escape is not known in "…"; a backslash is written \\\\',
  BAD_INDENT: 'the indentation does not fit the lines around it, or a closing bracket is missing',
  BAD_PROP_ORDER: 'an anchor or a tag stands in the wrong place',
  BAD_SCALAR_START: 'text that starts with this character has to be in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping cannot start here, expected it on a line of its own, indented',
  BLOCK_IN_FLOW: 'an indented list or mapping cannot be inside [ ] or { }',
  DUPLICATE_KEY: 'a name is here twice',
  IMPOSSIBLE: 'the text cannot be read',
  KEY_OVER_1024_CHARS: 'a name is longer than 1,024 characters',
  MISSING_CHAR: 'a quote, a comma, a colon or a closing bracket is missing',
  MULTILINE_IMPLICIT_KEY: 'a name goes over several lines; a colon or a quote may be missing',
  MULTIPLE_ANCHORS: 'a value can have one anchor only',
  MULTIPLE_DOCS: 'a second document starts ("---"), expected one document',
  MULTIPLE_TAGS: 'a value can have one tag only',
  NON_STRING_KEY: 'a name has to be text',
  RESOURCE_EXHAUSTION: `nested too deeply, expected at most ${maximumDepth} levels`,
  TAB_AS_INDENT: 'found a tab, expected spaces for indentation',
  TAG_RESOLVE_FAILED:
    'the tag is not known; jobs.yml takes plain values, !Ref, !GetAtt, !ImportValue and !Sub',
  UNEXPECTED_TOKEN: 'unexpected text; a quote, a comma or a bracket may be missing',
};
