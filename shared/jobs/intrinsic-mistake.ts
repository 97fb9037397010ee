import { toNormal } from './intrinsic.ts';
import { suggestion, toChoice, toShown } from './mistake.ts';

/** What resources and pseudo parameters there are to refer to. */
export type Known = { readonly ids: readonly string[]; readonly pseudoParameters: readonly string[] };

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
export const pseudoParameters = [
  'AWS::AccountId',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
] as const;

/** What is wrong with what is given to Ref, GetAtt, ImportValue or Sub, or where it leads; undefined for others too. */
export function findMistake(intrinsic: Readonly<Record<string, unknown>>, known: Known): string | undefined {
  const [[name, given] = ['', undefined]] = Object.entries(toNormal(intrinsic));
  switch (name) {
    case 'Ref':
      return typeof given === 'string' && given !== ''
        ? findUnknown(given, known, known.pseudoParameters)
        : `found ${toShown(given)} for Ref, expected the id of a resource`;
    case 'Fn::GetAtt': {
      const [id, attribute, ...others] = Array.isArray(given) ? given : [];
      const isAttribute = typeof id === 'string' && typeof attribute === 'string' && others.length === 0;
      return isAttribute
        ? findUnknown(id, known, [])
        : `found ${toShown(given)} for Fn::GetAtt, expected an id and an attribute, such as Orders.Arn`;
    }
    case 'Fn::ImportValue':
      return typeof given === 'string' && given !== ''
        ? undefined
        : `found ${toShown(given)} for Fn::ImportValue, expected the name of another stack's export`;
    case 'Fn::Sub':
      return typeof given === 'string' && given !== ''
        ? findInSub(given, [], known)
        : `found ${toShown(given)} for Fn::Sub, expected a text such as \${Orders.Arn}`;
    default:
      return undefined;
  }
}

/** `names`: the text's own values, `${name}` of which is no resource. `${!x}` is left as it is. */
export function findInSub(text: string, names: readonly string[], known: Known): string | undefined {
  for (const [found, name = '', end] of text.matchAll(/\$\{(?!!)([^}]*)(\}?)/g)) {
    const isNamed = end !== '' && names.includes(name);
    const mistake = isNamed ? undefined : findInVariable(found, known);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

/** `found`: such as `${Orders.Arn}`, to the end of the text where it isn't closed. */
function findInVariable(found: string, known: Known): string | undefined {
  const [, id, attribute] = /^\$\{([^.}]+)(?:\.([^}]+))?\}$/.exec(found) ?? [];
  if (id === undefined)
    return `found ${toShown(found)} in Fn::Sub, expected an id or an id and an attribute, such as \${Orders.Arn}`;
  return findUnknown(id, known, attribute === undefined ? known.pseudoParameters : []);
}

function findUnknown(id: string, { ids }: Known, others: readonly string[]): string | undefined {
  if (ids.includes(id) || others.includes(id)) return undefined;
  if (id.startsWith('AWS::') && others.length === 0)
    return `found an attribute of the pseudo parameter ${toShown(id)}, which has none; expected that of a resource`;
  const near = suggestion(id, [...ids, ...others]);
  const expected =
    near || `, expected ${ids.length > 0 ? `one of ${ids.join(', ')}` : 'one that it declares'}`;
  return id.startsWith('AWS::')
    ? `found the pseudo parameter ${toShown(id)}${near || `, expected ${toChoice(others)}`}`
    : `found a reference to ${toShown(id)}, which "resources" does not have${expected}`;
}
