import type { Resources } from '../../../shared/deploy/cloudformation/template.ts';
import { account, physical, region } from './physical.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::StackName': 'stack',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Puts values where a template has CloudFormation's functions. */
export type Resolve = {
  /** Of any piece of a template, as deep as it goes. */
  readonly value: (piece: unknown) => unknown;
  readonly text: (piece: unknown) => string;
  /** The properties of a resource. */
  readonly properties: (logicalId: string) => Readonly<Record<string, unknown>>;
  /** What `Ref` gives. */
  readonly ref: (logicalId: string) => string;
};

/**
 * As CloudFormation does when it makes a stack: with names of its own where the template has none. Throws for a
 * resource that isn't there, and for a type, an attribute or a function that is not known here.
 */
export function createResolve(resources: Resources): Resolve {
  const functions: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (id) => ref(String(id)),
    'Fn::GetAtt': (argument) => {
      const [id = '', ...attribute] = Array.isArray(argument)
        ? argument.map(String)
        : String(argument).split('.');
      return getAtt(id, attribute.join('.'));
    },
    'Fn::Sub': sub,
    'Fn::Join': (argument) => {
      const [separator, parts] = toPair(argument);
      return toList(value(parts)).map(String).join(String(separator));
    },
    'Fn::Split': (argument) => {
      const [separator, whole] = toPair(argument);
      return text(whole).split(String(separator));
    },
    'Fn::Select': (argument) => {
      const [index, list] = toPair(argument);
      return toList(value(list))[Number(index)];
    },
    'Fn::GetAZs': () => ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
    'Fn::ImportValue': (name) => `export-of-${text(name)}`,
    'Fn::ToJsonString': (argument) => JSON.stringify(value(argument)),
  };
  return { value, text, properties, ref };

  function value(piece: unknown): unknown {
    if (Array.isArray(piece)) return piece.map(value);
    if (typeof piece !== 'object' || piece === null) return piece;
    const [[name, argument] = ['', undefined], ...others] = Object.entries(piece);
    const call = others.length === 0 ? functions[name] : undefined;
    if (call !== undefined) return call(argument);
    if (name.startsWith('Fn::')) throw new Error(`${name} is not understood`);
    return Object.fromEntries(Object.entries(piece).map(([key, each]) => [key, value(each)]));
  }

  function text(piece: unknown): string {
    const resolved = value(piece);
    if (typeof resolved !== 'string') throw new Error(`no text: ${JSON.stringify(resolved)}`);
    return resolved;
  }

  function properties(logicalId: string): Readonly<Record<string, unknown>> {
    return value(toResource(logicalId).Properties ?? {}) as Readonly<Record<string, unknown>>;
  }

  function ref(logicalId: string): string {
    const pseudo = pseudoParameters[logicalId];
    if (pseudo !== undefined) return pseudo;
    const { kind, name, own } = toNamed(logicalId);
    return kind.ref?.(name, own) ?? name;
  }

  function getAtt(logicalId: string, attribute: string): string {
    const { kind, name, own, type } = toNamed(logicalId);
    const give = kind.attributes?.[attribute];
    if (give === undefined) throw new Error(`${attribute} of ${logicalId} (${type}) is not known`);
    return give(name, own);
  }

  /** Only what names it is resolved: its other properties may lead back to whoever asks. */
  function toNamed(logicalId: string) {
    const { Type: type, Properties = {} } = toResource(logicalId);
    const kind = physical[type];
    if (kind === undefined) throw new Error(`${type} is not known`);
    const given = kind.name === undefined ? undefined : Properties[kind.name];
    const own = Object.fromEntries(
      ['Path', 'StreamARN'].flatMap((key) => (key in Properties ? [[key, value(Properties[key])]] : [])),
    );
    return { type, kind, own, name: given === undefined ? toMadeName(type, logicalId) : text(given) };
  }

  function toResource(logicalId: string) {
    const resource = resources[logicalId];
    if (resource === undefined) throw new Error(`there is no ${logicalId}`);
    return resource;
  }

  function sub(argument: unknown): string {
    const [template, own = {}]: [string, Record<string, unknown>?] = Array.isArray(argument)
      ? [String(argument[0]), argument[1]]
      : [String(argument)];
    return template.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (name in own) return text(own[name]);
      const [id = '', ...attribute] = name.split('.');
      return attribute.length === 0 ? ref(id) : getAtt(id, attribute.join('.'));
    });
  }
}

/** A bucket has no capital letters. */
function toMadeName(type: string, logicalId: string): string {
  const name = `stack-${logicalId}-1a2b3c`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase() : name;
}

function toPair(argument: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2)
    throw new Error(`no pair: ${JSON.stringify(argument)}`);
  return [argument[0], argument[1]];
}

function toList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
  return value;
}
