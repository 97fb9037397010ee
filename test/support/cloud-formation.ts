import {
  type CloudFormationClient,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';

/** A stack, by its name or its id: what CloudFormation answers when it is asked about it. */
export type KnownStack = {
  readonly id?: string;
  readonly status?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Of the change set of this name that made it, when it has got no further. */
  readonly changeSet?: { readonly name: string; readonly tags: Readonly<Record<string, string>> };
  /** By logical id: type and physical id. */
  readonly resources?: Readonly<Record<string, readonly [type: string, physicalId: string]>>;
  /** JSON or YAML. */
  readonly template?: string;
};

/** CloudFormation's answers about stacks, one resource on a page; it changes nothing. */
export function toCloudFormation(stacks: Readonly<Record<string, KnownStack>>): CloudFormationClient['send'] {
  const find = (name = '') => {
    const found = stacks[name] ?? Object.values(stacks).find(({ id }) => id === name);
    if (found !== undefined) return found;
    throw Object.assign(new Error(`Stack with id ${name} does not exist`), { name: 'ValidationError' });
  };
  const answer = (command: unknown): unknown => {
    if (command instanceof DescribeStacksCommand) {
      const { id, status = 'UPDATE_COMPLETE', tags } = find(command.input.StackName);
      return { Stacks: [{ StackId: id, StackStatus: status, Tags: toTags(tags) }] };
    }
    if (command instanceof ListStackResourcesCommand) {
      const all = Object.entries(find(command.input.StackName).resources ?? {});
      const at = Number(command.input.NextToken ?? 0);
      return {
        StackResourceSummaries: all.slice(at, at + 1).map(([LogicalResourceId, [ResourceType, id]]) => ({
          LogicalResourceId,
          ResourceType,
          PhysicalResourceId: id,
          ResourceStatus: 'CREATE_COMPLETE',
        })),
        NextToken: at + 1 < all.length ? String(at + 1) : undefined,
      };
    }
    if (command instanceof GetTemplateCommand) {
      const { template } = find(command.input.StackName);
      if (template === undefined)
        throw Object.assign(new Error('it has no template'), { name: 'ValidationError' });
      return { TemplateBody: template };
    }
    if (command instanceof DescribeChangeSetCommand) {
      const { changeSet } = find(command.input.StackName);
      if (changeSet !== undefined && changeSet.name === command.input.ChangeSetName)
        return { ChangeSetId: 'change-set', Tags: toTags(changeSet.tags) };
      const message = `ChangeSet [${command.input.ChangeSetName}] does not exist`;
      throw Object.assign(new Error(message), { name: 'ChangeSetNotFoundException' });
    }
    if (command instanceof DescribeStackEventsCommand) return { StackEvents: [] };
    throw new Error('CloudFormation was asked to do something else than to answer');
  };
  return (async (command: unknown) => answer(command)) as CloudFormationClient['send'];
}

function toTags(tags: Readonly<Record<string, string>> = {}) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
