import { z } from 'zod';
import type { Json } from '../../events/trigger-event.ts';
import { isIntrinsic, referenceFunctions, toNormal } from '../intrinsic.ts';
import { toReferenceText } from '../reference.ts';
import { json, matching } from './basics.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html */
const resolvedPattern = /^\{\{resolve:ssm:[A-Za-z0-9_./-]+(?::[0-9]+)?\}\}$/;

/** Whether a text is a parameter of Systems Manager that CloudFormation puts the value of in its place. */
export function isResolved(text: string): boolean {
  return resolvedPattern.test(text);
}

/** What a mapping of one function may look like, for an editor. */
function toForm(name: string) {
  const text = { type: 'string', minLength: 1 };
  const list = { type: 'array', items: text, minItems: 2, maxItems: 2 };
  return {
    type: 'object',
    properties: { [name]: name === 'Fn::GetAtt' ? { anyOf: [text, list] } : text },
    required: [name],
    additionalProperties: false,
  };
}

/**
 * Gives the text of reference.ts. Which function it is, what it is given and where it leads is looked at by
 * checkReferences, which knows the whole file.
 */
export const reference = z
  .custom<Readonly<Record<string, unknown>> | string>(
    (value) => isIntrinsic(value) || (typeof value === 'string' && isResolved(value)),
    { error: 'a reference' },
  )
  .meta({
    id: 'reference',
    description: 'What only CloudFormation knows: docs/references.md.',
    anyOf: [...referenceFunctions.map(toForm), { type: 'string', pattern: resolvedPattern.source }],
  })
  .transform((value) => toReferenceText(typeof value === 'string' ? value : toNormal(value)));

/** `expected` is what is said of a value that is neither. */
export function orReference(plain: z.ZodType<string>, expected: string) {
  return z.union([reference, plain], { error: expected });
}

/** Any value that JSON can hold, with references in it. */
export const jsonWithReferences = json.transform(withReferences);

/** Text of a shape, or a reference. */
export function matchingOrReference(pattern: RegExp, expected: string) {
  return orReference(matching(pattern, expected), expected);
}

function withReferences(value: Json): Json {
  const { success, data } = reference.safeParse(value);
  if (success) return data;
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withReferences(part)]));
}
