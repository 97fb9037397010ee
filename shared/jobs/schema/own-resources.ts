import { z } from 'zod';
import type { Json } from '../../events/trigger-event.ts';
import { isIntrinsic, toNormal } from '../intrinsic.ts';
import { type Immutable, json, listOf, matching } from './basics.ts';

const logicalId = matching(
  /^[A-Za-z0-9]{1,255}$/,
  'an id of 1 to 255 letters and digits, such as OrdersQueue',
);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html */
const resourceType = matching(
  /^(?:[A-Za-z0-9]{2,64}(?:::[A-Za-z0-9]{2,64}){2,3}|Custom::[A-Za-z0-9_@-]{1,60})$/,
  'the type of a CloudFormation resource, such as AWS::SQS::Queue',
);

const policies = ['Delete', 'Retain', 'Snapshot'] as const;

const data = z.record(z.string(), json.transform(toNormalData), { error: 'a mapping' });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html */
const ownResource = z.strictObject({
  Type: resourceType.describe('What CloudFormation makes, such as AWS::SQS::Queue.'),
  Properties: data
    .describe("As in a template, CloudFormation's functions included; it checks them.")
    .exactOptional(),
  DependsOn: z
    .union([logicalId, listOf(logicalId, 'ids')], { error: 'an id of "resources", or a list of them' })
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .describe('Resources that have to be there before it.')
    .exactOptional(),
  DeletionPolicy: z
    .enum(policies)
    .describe('What happens to it when it is taken out or the stack is removed.')
    .exactOptional(),
  UpdateReplacePolicy: z.enum(policies).describe('What happens to one that is replaced.').exactOptional(),
  Metadata: data.describe('Kept with it in the template.').exactOptional(),
});

/** CloudFormation resources of the user's own, by logical id. */
export const ownResources = z.record(logicalId, ownResource, {
  error: 'a mapping of ids to CloudFormation resources',
});

/** Functions of CloudFormation in it are in their long form, as JSON has them. `line` counts from 1. */
export type OwnResource = Immutable<z.output<typeof ownResource>> & { readonly line: number };

function toNormalData(value: Json): Json {
  if (Array.isArray(value)) return value.map(toNormalData);
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [name, toNormalData(part)] as const);
  const data = Object.fromEntries(parts);
  return isIntrinsic(data) ? toNormal(data) : data;
}
