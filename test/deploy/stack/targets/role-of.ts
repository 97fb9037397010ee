import type { Declared } from '../../../../shared/deploy/stack/part.ts';

export type AllowedStatement = {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

/** The statements of a role's only policy. */
export function statementsOf(role: Declared | undefined): readonly AllowedStatement[] {
  if (role?.Type !== 'AWS::IAM::Role') throw new Error('there is no role');
  const { Policies } = role.Properties as {
    readonly Policies: readonly [
      { readonly PolicyDocument: { readonly Statement: readonly AllowedStatement[] } },
    ];
  };
  return Policies[0].PolicyDocument.Statement;
}

/** The resources that an action is allowed on, whichever statements do. */
export function resourcesOf(role: Declared | undefined, action: string): readonly unknown[] {
  return statementsOf(role)
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource);
}

/** In the stack's own account and Region. */
export function own(service: string, resource: string) {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}` };
}
