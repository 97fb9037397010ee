/** Whether CloudFormation puts something in its place: `{ Ref: … }`, `{ 'Fn::Sub': … }`. */
export function isIntrinsic(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [name = '', ...others] = Object.keys(value);
  return others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}

/** What a piece of a template leads to: a resource, or an attribute of it; not the pseudo parameters. */
export type Link = { readonly id: string; readonly attribute?: string };

export function findLinks(piece: unknown): readonly Link[] {
  return findAll(piece).filter(({ id }) => !id.startsWith('AWS::'));
}

function findAll(piece: unknown): readonly Link[] {
  if (Array.isArray(piece)) return piece.flatMap(findAll);
  if (typeof piece !== 'object' || piece === null) return [];
  if (!isIntrinsic(piece)) return Object.values(piece).flatMap(findAll);
  if (typeof piece['Ref'] === 'string') return [{ id: piece['Ref'] }];
  if ('Fn::GetAtt' in piece) return [toAttributeLink(piece['Fn::GetAtt'])];
  if ('Fn::Sub' in piece) return ofSub(piece['Fn::Sub']);
  return Object.values(piece).flatMap(findAll);
}

function toAttributeLink(argument: unknown): Link {
  const [id = '', ...attribute] = Array.isArray(argument)
    ? argument.map(String)
    : String(argument).split('.');
  return { id, attribute: attribute.join('.') };
}

function ofSub(argument: unknown): readonly Link[] {
  const [text, values = {}]: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  const own = typeof values === 'object' && values !== null ? values : {};
  const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name);
  const links = names
    .filter((name) => !(name in own))
    .map((name): Link => {
      return name.includes('.') ? toAttributeLink(name) : { id: name };
    });
  return [...links, ...findAll(Object.values(own))];
}
