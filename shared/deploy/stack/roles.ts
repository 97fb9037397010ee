import { toLogicalId } from '../cloudformation/logical-id.ts';
import { type Statement, toPolicyStatements } from '../cloudformation/statement.ts';
import type { Resources } from '../cloudformation/template.ts';
import { arnOf } from '../cloudformation/value.ts';
import { toFunctionName } from '../names.ts';
import { type FunctionName, toFunctionNames } from './function-name.ts';
import type { Permission, StackContext } from './part.ts';
import { toRolePolicies } from './role-policies.ts';

/** A role for each function, with what it is allowed and nothing else. Throws StackError for one that is too long. */
export function toRoles(context: StackContext, permissions: readonly Permission[]): Resources {
  return Object.assign(
    {},
    ...toFunctionNames(context.file).map((name) => toRole(name, context, permissions)),
  );
}

export function toRoleId(name: FunctionName): string {
  return toLogicalId(name, 'Role');
}

/** Something that AWS knows no ARN for, who may do it, and why that has to be. */
export type AnyResource = {
  readonly functions: readonly FunctionName[];
  readonly actions: readonly string[];
  readonly reason: string;
};

/** All that a function may do to any resource, each once. */
export function toAnyResources(permissions: readonly Permission[]): readonly AnyResource[] {
  const all = permissions.flatMap(({ functions, statement }) =>
    'anyResource' in statement
      ? [{ functions, actions: statement.actions, reason: statement.anyResource }]
      : [],
  );
  const alike = Map.groupBy(all, ({ actions, reason }) => JSON.stringify([actions, reason]));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    const functions = [...new Set(group.flatMap((each) => each.functions))];
    return first === undefined ? [] : [{ ...first, functions }];
  });
}

function toRole(name: FunctionName, context: StackContext, permissions: readonly Permission[]): Resources {
  const { service, stage } = context.stage;
  const own = permissions
    .filter(({ functions }) => functions.includes(name))
    .map(({ statement }) => statement);
  const Path = `/signalbox/${service}/${stage}/function/`;
  const { properties, policies } = toRolePolicies(toPolicyStatements([toLogs(name, context), ...own]), {
    name: 'function',
    Path,
    toPolicyId: (number) => toLogicalId(name, `Policy${number}`),
    whose: `the function ${name}`,
    expected:
      'fewer resources of others in its jobs, such as queues and state machines, or jobs in several services',
  });
  return {
    ...policies,
    [toRoleId(name)]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Path,
        Description: `What the function ${toFunctionName(context.stage, name)} may do`,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
        ...properties,
      },
    },
  };
}

/** Its own log group is made with the function. */
function toLogs(name: FunctionName, { stage }: StackContext): Statement {
  return {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [arnOf('logs', `log-group:/aws/lambda/${toFunctionName(stage, name)}:*`)],
  };
}
