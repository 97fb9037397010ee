import { isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { toFunctionName } from './intrinsic.ts';
import { type Path, toDotted, toShown } from './mistake.ts';
import { referencePrefix } from './reference.ts';

/** A value and where it is written, as an offset into the text; `parts` are the entries of a list or a mapping. */
export type Part = {
  readonly value: unknown;
  readonly offset: number;
  readonly keyOffset?: number;
  readonly parts: ReadonlyMap<string | number, Part>;
};

export type Parts = {
  readonly root: Part;
  readonly mistakes: readonly { readonly offset: number; readonly message: string }[];
  /** Beyond the limits: the values are not complete. */
  readonly exceeded: boolean;
};

/** What may stand where. */
export type Places = {
  /** A number, true or false there is taken as the text that is written, so that `1.10` stays `1.10`. */
  isText(path: Path): boolean;
  /** What is there is the user's own data, in which no function of CloudFormation means anything. */
  isData(path: Path): boolean;
};

export const maximumDepth = 64;

/** Aliases let a short text stand for a huge one. */
const maximumParts = 100_000;

/**
 * Turns the nodes of a YAML document into plain data: text, numbers, true, false, null, lists and mappings, nothing
 * else. A tag stands for a function of CloudFormation: `!Ref Orders` gives { Ref: 'Orders' }. What JavaScript could not hold as it is written, or would take for something else, is a mistake.
 */
export function readParts(contents: unknown, { isText, isData }: Places): Parts {
  const mistakes: { offset: number; message: string }[] = [];
  const report = (offset: number, message: string) => mistakes.push({ offset, message });
  const anchors = new Map<string, unknown>();
  let count = 0;
  let exceeded = false;
  return { root: readNode(contents, [], 0, false), mistakes, exceeded };

  function readNode(node: unknown, path: Path, around: number, aliased: boolean): Part {
    count += 1;
    if (count > maximumParts || path.length > maximumDepth) {
      if (!exceeded) report(around, tooMuch);
      exceeded = true;
    }
    if (exceeded) return { value: null, offset: around, parts: noParts };
    if (isAlias(node)) {
      const offset = node.range?.[0] ?? around;
      if (!anchors.has(node.source))
        report(offset, `found the alias ${toShown(`*${node.source}`)}, expected its anchor before it`);
      return { ...readNode(anchors.get(node.source), path, offset, true), offset };
    }
    if (!isScalar(node) && !isSeq(node) && !isMap(node))
      return { value: null, offset: around, parts: noParts };

    const offset = node.range?.[0] ?? around;
    // An anchor counts from where it stands, so one that is read again through an alias must not hide a later one.
    if (node.anchor !== undefined && !aliased) anchors.set(node.anchor, node);
    const name = toFunctionName(node.tag);
    if (name === undefined) return readPlain(node, path, offset, aliased);
    if (isData(path)) report(offset, `${toDotted(path)}: found ${node.tag}, expected a plain value`);
    const given = readPlain(node, [...path, name], offset, aliased);
    return { value: { [name]: given.value }, offset, parts: new Map([[name, given]]) };
  }

  function readPlain(node: Scalar | YAMLSeq | YAMLMap, path: Path, offset: number, aliased: boolean): Part {
    if (isScalar(node)) {
      return { value: readScalar(node.value, node.source, path, offset), offset, parts: noParts };
    }
    if (isSeq(node)) {
      const entries = node.items.map((item, index) => readNode(item, [...path, index], offset, aliased));
      return { value: entries.map((entry) => entry.value), offset, parts: new Map(entries.entries()) };
    }
    const parts = new Map<string, Part>();
    for (const pair of node.items) {
      const keyOffset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      const name = readName(pair.key, keyOffset, parts);
      if (name === undefined) continue;
      parts.set(name, { ...readNode(pair.value, [...path, name], keyOffset, aliased), keyOffset });
    }
    const entries = [...parts].map(([name, part]) => [name, part.value]);
    return { value: Object.fromEntries(entries), offset, parts };
  }

  function readScalar(value: unknown, source: string | undefined, path: Path, offset: number): unknown {
    if (typeof value === 'string') checkText(value, offset);
    if (typeof value === 'string' || value === null) return value;
    if (isText(path)) return source ?? String(value);
    if (typeof value !== 'number' || isExact(value)) return value;
    report(offset, `${toDotted(path)}: found a number that cannot be held exactly, expected it in quotes`);
    return 0;
  }

  function readName(key: unknown, offset: number, parts: ReadonlyMap<string, Part>): string | undefined {
    if (!isScalar(key) || key.value === null) {
      report(offset, 'found a name that is not text, expected the name of a property');
      return undefined;
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    checkText(name, offset);
    if (name === '__proto__') report(offset, 'found the name "__proto__", which cannot be used');
    else if (name === '<<') report(offset, 'found a merge key (<<), expected the properties themselves');
    else if (parts.has(name)) report(offset, `found ${toShown(name)} twice in one mapping, expected it once`);
    else return name;
    return undefined;
  }

  function checkText(text: string, offset: number): void {
    if (text.includes('\0')) report(offset, 'found a NUL character, which no program can be given');
    if (text.startsWith(referencePrefix))
      report(offset, `found text that starts with ${referencePrefix}, which Signalbox keeps for itself`);
    if (!text.isWellFormed()) report(offset, 'found half of a surrogate pair, expected whole characters');
  }
}

const tooMuch = `found too much, expected at most ${maximumParts} values and ${maximumDepth} levels, aliases followed`;
const noParts: ReadonlyMap<string | number, Part> = new Map();

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
