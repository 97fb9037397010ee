/** A resource, or one of its attributes, as a template refers to it. */
export type Target = { readonly id: string; readonly attribute?: string };

/** What a template says in place of a reference: a parameter, a resource of its own, or an attribute of one. */
export type Replace = (target: Target) => Target | undefined;

/** `${Name}` and `${Name.Attribute}`, but not `${!Literal}`. */
const inSub = /\$\{([^!}][^}]*)\}/g;

/**
 * Data of a template with other references in it: `Ref`, `Fn::GetAtt` and what `Fn::Sub` names. What `replace` gives
 * nothing for stays.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function replaceReferences(data: unknown, replace: Replace): unknown {
  if (Array.isArray(data)) return data.map((each) => replaceReferences(each, replace));
  if (typeof data !== 'object' || data === null) return data;
  const [first, ...others] = Object.entries(data);
  if (first !== undefined && others.length === 0) {
    const [name, value] = first;
    if (name === 'Ref' && typeof value === 'string') return toFunction(replace({ id: value })) ?? data;
    if (name === 'Fn::GetAtt') {
      const target = toAttribute(value);
      if (target !== undefined) return toFunction(replace(target)) ?? data;
    }
    if (name === 'Fn::Sub') return { 'Fn::Sub': replaceInSub(value, replace) };
  }
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, replaceReferences(value, replace)]),
  );
}

/** All that data of a template refers to, each as often as it does. */
export function findReferences(data: unknown): readonly Target[] {
  const found: Target[] = [];
  replaceReferences(data, (target) => {
    found.push(target);
    return undefined;
  });
  return found;
}

function toFunction(target: Target | undefined): unknown {
  if (target === undefined) return undefined;
  const { id, attribute } = target;
  return attribute === undefined ? { Ref: id } : { 'Fn::GetAtt': [id, attribute] };
}

/** `[id, attribute]`, or `id.attribute`. */
function toAttribute(value: unknown): Target | undefined {
  const [id, ...rest] = typeof value === 'string' ? value.split('.') : Array.isArray(value) ? value : [];
  return typeof id === 'string' && rest.every((part) => typeof part === 'string')
    ? { id, attribute: rest.join('.') }
    : undefined;
}

function replaceInSub(value: unknown, replace: Replace): unknown {
  const [text, values] = Array.isArray(value) ? value : [value, undefined];
  if (typeof text !== 'string') return value;
  const own = new Set(Object.keys(values ?? {}));
  const replaced = text.replaceAll(inSub, (whole, name: string) => {
    if (own.has(name)) return whole;
    const [id = '', ...rest] = name.split('.');
    const target = replace(rest.length === 0 ? { id } : { id, attribute: rest.join('.') });
    if (target === undefined) return whole;
    return `\${${target.attribute === undefined ? target.id : `${target.id}.${target.attribute}`}}`;
  });
  return values === undefined ? replaced : [replaced, replaceReferences(values, replace)];
}
