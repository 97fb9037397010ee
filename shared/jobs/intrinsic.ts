/**
 * CloudFormation's functions as jobs.yml writes them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */

/** Those that give a text that somebody else knows; a property of a job takes them in place of it. */
export const referenceFunctions = ['Ref', 'Fn::GetAtt', 'Fn::ImportValue', 'Fn::Sub'] as const;

/** Those that own resources may have besides. */
const furtherFunctions = [
  'Fn::And',
  'Fn::Base64',
  'Fn::Cidr',
  'Fn::Equals',
  'Fn::FindInMap',
  'Fn::GetAZs',
  'Fn::If',
  'Fn::Join',
  'Fn::Length',
  'Fn::Not',
  'Fn::Or',
  'Fn::Select',
  'Fn::Split',
  'Fn::ToJsonString',
  'Fn::Transform',
] as const;

/** By their tags: `!GetAtt`, of the function `Fn::GetAtt`. */
const functionsByTag: ReadonlyMap<string, string> = new Map(
  [...referenceFunctions, ...furtherFunctions].map((name) => [`!${name.replace('Fn::', '')}`, name]),
);

export const tags: readonly string[] = [...functionsByTag.keys()];

/** The function that a tag stands for. */
export function toFunctionName(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : functionsByTag.get(tag);
}

/** A mapping with the name of a function alone, whatever is given to it. */
export function isIntrinsic(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [name, ...others] = Object.keys(value);
  return name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}

/** Attributes as a list, which a template in JSON has to have; the rest as it is. */
export function toNormal<T extends Readonly<Record<string, unknown>>>(
  intrinsic: T,
): T | { readonly 'Fn::GetAtt': string[] } {
  const { 'Fn::GetAtt': attribute } = intrinsic;
  if (typeof attribute !== 'string' || !attribute.includes('.')) return intrinsic;
  const dot = attribute.indexOf('.');
  return { 'Fn::GetAtt': [attribute.slice(0, dot), attribute.slice(dot + 1)] };
}
