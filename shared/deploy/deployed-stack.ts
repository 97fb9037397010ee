import {
  type CloudFormationClient,
  DescribeChangeSetCommand,
  type DescribeChangeSetOutput,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
  type Tag,
} from '@aws-sdk/client-cloudformation';
import { parse } from 'yaml';
import { z } from 'zod';
import { call } from '../aws/call.ts';
import { toAwsFailure } from '../aws/errors.ts';

/** A stack as CloudFormation knows it. */
export type DeployedStack = {
  readonly id: string;
  /** Such as UPDATE_COMPLETE. */
  readonly status: string;
  readonly outputs: readonly {
    readonly name: string;
    readonly value: string;
    readonly description: string;
  }[];
  readonly tags: Readonly<Record<string, string>>;
};

/** `physicalId` is what the service calls it: a name, an ARN or a URL, by the type. */
export type DeployedResource = { readonly id: string; readonly type: string; readonly physicalId: string };

const nestedStack = 'AWS::CloudFormation::Stack';

/**
 * Undefined when there is no such stack. One that got no further than its first change set (REVIEW_IN_PROGRESS) has that
 * change set's tags.
 */
export async function describeStack(
  client: CloudFormationClient,
  name: string,
): Promise<DeployedStack | undefined> {
  const command = new DescribeStacksCommand({ StackName: name });
  const answer = await call((limits) => client.send(command, limits)).catch((error) => {
    if (isMissingStack(error)) return undefined;
    throw error;
  });
  const stack = answer?.Stacks?.[0];
  if (stack === undefined) return undefined;
  const { StackId: id = name, StackStatus: status = '' } = stack;
  const tagged = status === 'REVIEW_IN_PROGRESS' ? await describeChangeSet(client, id) : stack;
  return {
    id,
    status,
    outputs: (stack.Outputs ?? []).map(({ OutputKey, OutputValue, Description }) => ({
      name: OutputKey ?? '',
      value: OutputValue ?? '',
      description: Description ?? '',
    })),
    tags: toTags(tagged?.Tags),
  };
}

function toTags(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** The Serverless Framework's own, which it leaves when it failed; `stack` is a name or an ARN. */
export async function describeChangeSet(
  client: CloudFormationClient,
  stack: string,
): Promise<DescribeChangeSetOutput | undefined> {
  // arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
  const name = stack.split('/')[1] ?? stack;
  const command = new DescribeChangeSetCommand({ StackName: stack, ChangeSetName: `${name}-change-set` });
  return call((limits) => client.send(command, limits)).catch((error) => {
    if (isMissingStack(error) || error.name === 'ChangeSetNotFoundException') return undefined;
    throw error;
  });
}

/** All that is there, those of nested stacks included. */
export async function listResources(
  client: CloudFormationClient,
  stack: string,
): Promise<readonly DeployedResource[]> {
  const found = [...(await listOwn(client, stack))];
  const nested = found.filter(({ type }) => type === nestedStack);
  for (const { physicalId } of nested) found.push(...(await listResources(client, physicalId)));
  return found;
}

async function listOwn(client: CloudFormationClient, stack: string): Promise<readonly DeployedResource[]> {
  const found: DeployedResource[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListStackResourcesCommand({ StackName: stack, NextToken });
    const page = await call((limits) => client.send(command, limits));
    for (const resource of page.StackResourceSummaries ?? []) found.push(...toResource(resource));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

function toResource({
  LogicalResourceId: id = '',
  ResourceType: type = '',
  PhysicalResourceId: physicalId,
  ResourceStatus: status,
}: StackResourceSummary): readonly DeployedResource[] {
  return !physicalId || status === 'DELETE_COMPLETE' ? [] : [{ id, type, physicalId }];
}

const declared = z.object({
  DeletionPolicy: z.unknown().optional(),
  Properties: z.looseObject({}).optional().catch(undefined),
});
const template = z.object({ Resources: z.record(z.string(), declared.catch({})) });

/** What becomes of a resource when its stack is deleted. */
export type Fate = 'stays' | 'leaves a snapshot' | 'goes';

/** All that is there, those of nested stacks included, with what becomes of each when the stack is deleted. */
export async function listFates(
  client: CloudFormationClient,
  stack: string,
): Promise<readonly (DeployedResource & { readonly fate: Fate })[]> {
  const own = await listOwn(client, stack);
  // One that got no further than its first change set has no template, either.
  if (own.length === 0) return [];
  const command = new GetTemplateCommand({ StackName: stack });
  const { TemplateBody = '{}' } = await call((limits) => client.send(command, limits));
  const { Resources } = template.parse(toData(TemplateBody));
  const found = own.map((resource) => ({ ...resource, fate: toFate(resource.type, Resources[resource.id]) }));
  for (const { type, physicalId, fate } of [...found]) {
    if (type !== nestedStack) continue;
    const inside = await listFates(client, physicalId);
    found.push(...(fate === 'stays' ? inside.map((each) => ({ ...each, fate })) : inside));
  }
  return found;
}

/** JSON is YAML too, but takes a parser of YAML seconds; a nested stack of somebody's own may be either. */
function toData(template: string): unknown {
  try {
    return JSON.parse(template);
  } catch {
    return parse(template, { logLevel: 'error' });
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
function toFate(type: string, resource: z.infer<typeof declared> | undefined): Fate {
  const policy = String(resource?.DeletionPolicy ?? toUsualPolicy(type, resource?.Properties));
  if (policy.startsWith('Retain')) return 'stays';
  return policy === 'Snapshot' ? 'leaves a snapshot' : 'goes';
}

function toUsualPolicy(type: string, properties: object = {}): string {
  const isSaved =
    type === 'AWS::RDS::DBCluster' ||
    (type === 'AWS::RDS::DBInstance' && !('DBClusterIdentifier' in properties));
  return isSaved ? 'Snapshot' : 'Delete';
}

/** CloudFormation has no name of its own for it: "Stack with id shop-prod does not exist". */
export function isMissingStack(error: unknown): boolean {
  const { name, message } = toAwsFailure(error);
  return name === 'ValidationError' && /does not exist/.test(message);
}
