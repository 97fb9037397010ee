import type { Resources } from '../../../shared/deploy/cloudformation/template.ts';
import type { FunctionName } from '../../../shared/deploy/stack/function-name.ts';
import { toFunctionId } from '../../../shared/deploy/stack/function-name.ts';
import { isObject } from '../../../shared/events/json.ts';
import type { Resolve } from '../template/resolve.ts';
import type { ResolvedStatement } from './policy.ts';

/** All that a function's role is allowed, inline and by managed policies. */
export function statementsOf(
  name: FunctionName,
  resources: Resources,
  resolve: Resolve,
): readonly ResolvedStatement[] {
  const { Role } = resolve.properties(toFunctionId(name));
  const [roleId = ''] = Object.entries(resources).flatMap(([id, { Type }]) =>
    Type === 'AWS::IAM::Role' && resolve.text({ 'Fn::GetAtt': [id, 'Arn'] }) === Role ? [id] : [],
  );
  return statementsOfRole(roleId, resources, resolve);
}

export function statementsOfRole(
  roleId: string,
  resources: Resources,
  resolve: Resolve,
): readonly ResolvedStatement[] {
  const { Policies = [], ManagedPolicyArns = [] } = resolve.properties(roleId);
  const inline = toList(Policies).map((policy) => (isObject(policy) ? policy['PolicyDocument'] : undefined));
  const managed = toList(ManagedPolicyArns).map((arn) => {
    const [id] = Object.entries(resources).flatMap(([each, { Type }]) =>
      Type === 'AWS::IAM::ManagedPolicy' && resolve.ref(each) === arn ? [each] : [],
    );
    if (id === undefined) throw new Error(`${arn} is none of the stack's`);
    return resolve.properties(id)['PolicyDocument'];
  });
  return [...inline, ...managed].flatMap((document) =>
    toList(isObject(document) ? document['Statement'] : []),
  ) as readonly ResolvedStatement[];
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
