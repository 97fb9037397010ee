/**
 * A reference of jobs.yml to what only CloudFormation knows: a resource of the same stack, another stack's export, a
 * parameter of Systems Manager. In parsed data it is a text like any other, so that nobody who only hands it on needs to
 * know: `signalbox:reference:{"Fn::GetAtt":["Orders","Arn"]}`. A deploy makes CloudFormation's function of it again; a
 * function of ours gets its value when it starts, by a digest of the reference: `signalbox:reference:3fa9c1d2`. No text
 * of jobs.yml starts like that by itself.
 */
export const referencePrefix = 'signalbox:reference:';

/** One of CloudFormation's functions in its long form. */
export type Reference = { readonly [name: string]: unknown };

/** A text is one that CloudFormation finds the value of by itself: `{{resolve:ssm:/orders/queue}}`. */
export function toReferenceText(reference: Reference | string): string {
  return `${referencePrefix}${JSON.stringify(reference)}`;
}

/** What stands in the files of a function. `digest`: eight hex digits. */
export function toDigestText(digest: string): string {
  return `${referencePrefix}${digest}`;
}

const digestText = new RegExp(`^${referencePrefix}[0-9a-f]{8}$`);

/** Undefined for any other text, and for a digest. */
export function parseReference(text: string): Reference | string | undefined {
  return isReference(text) && !digestText.test(text)
    ? JSON.parse(text.slice(referencePrefix.length))
    : undefined;
}

export function isReference(text: string): boolean {
  return text.startsWith(referencePrefix);
}

/** As a person writes it: `!GetAtt Orders.Arn`; any other text as it is. */
export function toWritten(text: string): string {
  const reference = parseReference(text);
  if (typeof reference === 'string') return reference;
  if (typeof reference !== 'object') return text;
  return Object.entries(reference)
    .map(([name, value]) => `!${name.replace('Fn::', '')} ${Array.isArray(value) ? value.join('.') : value}`)
    .join();
}

/**
 * What the resource is taken to be called where nobody knows its ARN: its logical id, or the last part of the export's
 * or the parameter's name. Undefined for what is no reference, or one of which only the digest is known.
 */
export function toReferenceName(text: string): string | undefined {
  const reference = parseReference(text);
  if (typeof reference === 'string') return toLastPart(reference.replace(/(?::\d+)?\}\}$/, ''));
  if (typeof reference !== 'object') return undefined;
  const { Ref: id, 'Fn::GetAtt': attribute, 'Fn::ImportValue': name, 'Fn::Sub': pattern } = reference;
  if (typeof id === 'string') return id;
  if (Array.isArray(attribute)) return String(attribute[0]);
  if (typeof name === 'string') return name;
  return typeof pattern === 'string' ? toIdIn(toLastPart(pattern)) : undefined;
}

/** `orders` of arn:aws:sqs:eu-west-1:123456789012:orders, and of /acme/orders. */
function toLastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.replaceAll('::', '..').lastIndexOf(':')) + 1);
}

/** `Orders` of `${Orders.Arn}`. */
function toIdIn(part: string): string {
  return /^\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}$/.exec(part)?.[1] ?? part;
}
