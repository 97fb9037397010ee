import { isObject } from '../../events/json.ts';

/** An ARN with a long name in it. */
const longestValue = 200;

/**
 * How many characters of JSON a piece of a template can become, once CloudFormation has put in what it knows: `${…}` of
 * a pseudo parameter such as the Region is longer than what it stands for.
 */
export function toLongestJson(data: unknown): number {
  return JSON.stringify(resolve(data)).length;
}

function resolve(data: unknown): unknown {
  if (typeof data === 'string') return resolveText(data);
  if (Array.isArray(data)) return data.map(resolve);
  if (!isObject(data)) return data;
  const entries = Object.entries(data);
  const [first, ...others] = entries;
  if (first === undefined || others.length > 0) return resolveAll(entries);
  const [name, value] = first;
  if (name === 'Fn::Sub') return resolveSub(value);
  return name === 'Ref' || name.startsWith('Fn::') ? 'x'.repeat(longestValue) : resolveAll(entries);
}

function resolveAll(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries.map(([name, value]) => [name, resolve(value)]));
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html */
function resolveText(text: string): string {
  return text.replaceAll(/\{\{resolve:[^}]*\}\}/g, 'x'.repeat(longestValue));
}

function resolveSub(value: unknown): string {
  const text = resolveText(String(Array.isArray(value) ? value[0] : value));
  return text.replaceAll(
    /\$\{(?!AWS::(?:Partition|Region|AccountId|URLSuffix)\})[^}]*\}/g,
    'x'.repeat(longestValue),
  );
}
