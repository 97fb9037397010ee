import type { Value } from './value.ts';

/**
 * What somebody may do. `resources` are ARNs; what AWS knows no ARN for has `anyResource`, with the reason.
 * `condition` as in a policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export type Statement = {
  readonly actions: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
} & ({ readonly resources: readonly Value[] } | { readonly anyResource: string });

/** A statement of a policy document. */
export type PolicyStatement = {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly Value[] | '*';
  readonly Condition?: Statement['condition'];
};

/** Statements with the same resources and condition become one, then those with the same actions and condition. */
export function toPolicyStatements(statements: readonly Statement[]): readonly PolicyStatement[] {
  const byResource = merge(statements.map(toPolicyStatement), ({ Resource, Condition }) => [
    Resource,
    Condition,
  ]);
  return merge(byResource, ({ Action, Resource, Condition }) =>
    Resource === '*' ? ['*', Condition] : [Action, Condition],
  );
}

function toPolicyStatement(statement: Statement): PolicyStatement {
  return {
    Effect: 'Allow',
    Action: statement.actions,
    Resource: 'resources' in statement ? statement.resources : '*',
    ...(statement.condition && { Condition: statement.condition }),
  };
}

function merge(
  statements: readonly PolicyStatement[],
  toKey: (statement: PolicyStatement) => unknown,
): readonly PolicyStatement[] {
  const groups = [...Map.groupBy(statements, (statement) => JSON.stringify(toKey(statement))).values()];
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const resources = group.flatMap(({ Resource }) => (Resource === '*' ? [] : Resource));
    return [
      {
        ...first,
        Action: [...new Set(group.flatMap(({ Action }) => Action))].toSorted(),
        Resource: first.Resource === '*' ? first.Resource : different(resources),
      },
    ];
  });
}

function different(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
