import { toLongestJson } from '../cloudformation/longest.ts';
import type { PolicyStatement } from '../cloudformation/statement.ts';
import { ref } from '../cloudformation/value.ts';
import type { Declared } from './part.ts';
import { StackError } from './stack-error.ts';

/** Characters without blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const longestInline = 10_240;
const longestManaged = 6_144;
const mostManaged = 10;

/** What a role may do, as properties of it, and the policies that it takes besides. */
export type RolePolicies = {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly policies: Readonly<Record<string, Declared>>;
};

/**
 * In the role itself, so that whatever waits for it can count on them; in policies of their own when it has no room for
 * them. Throws StackError when a role can't have as many. `whose`: the role, in words; `expected`: what to do then.
 */
export function toRolePolicies(
  statements: readonly PolicyStatement[],
  how: {
    readonly name: string;
    readonly Path: string;
    readonly toPolicyId: (number: number) => string;
    readonly whose: string;
    readonly expected: string;
  },
): RolePolicies {
  const document = toDocument(statements);
  if (toLongestJson(document) <= longestInline) {
    return {
      properties: { Policies: [{ PolicyName: how.name, PolicyDocument: document }] },
      policies: {},
    };
  }
  const pieces = divide(statements);
  if (pieces.length > mostManaged) {
    const message = `${how.whose} would need ${pieces.length} policies, and a role can have ${mostManaged}; expected ${how.expected}`;
    throw new StackError([{ message }]);
  }
  const policies = pieces.map((piece, index): [string, Declared] => [
    how.toPolicyId(index + 1),
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { Path: how.Path, PolicyDocument: toDocument(piece) },
    },
  ]);
  return {
    properties: { ManagedPolicyArns: policies.map(([id]) => ref(id)) },
    policies: Object.fromEntries(policies),
  };
}

/** Throws StackError when a role has no room for a policy within it. `line`: of the job whose it is. */
export function refuseTooLong(
  document: object,
  { line, whose, expected }: { readonly line?: number; readonly whose: string; readonly expected: string },
): void {
  const length = toLongestJson(document);
  if (length <= longestInline) return;
  const message = `${whose} would have a policy of up to ${length} characters, and IAM takes ${longestInline}; expected ${expected}`;
  throw new StackError([{ ...(line !== undefined && { line }), message }]);
}

export function toDocument(statements: readonly unknown[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** Those of managed policies, in their order, each with as many as there is room for. */
function divide(statements: readonly PolicyStatement[]): readonly (readonly PolicyStatement[])[] {
  const policies: PolicyStatement[][] = [];
  for (const statement of statements.flatMap(divideResources)) {
    const last = policies.at(-1);
    if (last !== undefined && isShort([...last, statement])) last.push(statement);
    else policies.push([statement]);
  }
  return policies;
}

/** One that is too long by itself, in halves. */
function divideResources(statement: PolicyStatement): readonly PolicyStatement[] {
  const { Resource } = statement;
  if (Resource === '*' || Resource.length < 2 || isShort([statement])) return [statement];
  const middle = Math.ceil(Resource.length / 2);
  return [Resource.slice(0, middle), Resource.slice(middle)].flatMap((half) =>
    divideResources({ ...statement, Resource: half }),
  );
}

function isShort(statements: readonly PolicyStatement[]): boolean {
  return toLongestJson(toDocument(statements)) <= longestManaged;
}
