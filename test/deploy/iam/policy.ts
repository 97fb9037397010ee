/** A statement of a policy, with all of CloudFormation's functions resolved. */
export type ResolvedStatement = {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
};

/** What somebody has to be allowed: one action on one resource; `*` for an action that knows no resources. */
export type Need = {
  readonly action: string;
  readonly resource: string;
  /** Of the request, by condition key. */
  readonly keys?: Readonly<Record<string, string>>;
};

/**
 * Whether one of the statements allows it. Nothing is denied by ours, so an unknown element is an error, and so is an
 * operator that is not known here: it must not look as if it were met.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(statements: readonly ResolvedStatement[], need: Need): boolean {
  return statements.some((statement) => doesAllow(statement, need));
}

export function doesAllow(statement: ResolvedStatement, { action, resource, keys = {} }: Need): boolean {
  const { Effect, Action, Resource, Condition = {}, ...others } = statement;
  if (Effect !== 'Allow' || Object.keys(others).length > 0) {
    throw new Error(`not understood: ${JSON.stringify(statement)}`);
  }
  return (
    toList(Action).some((each) => isLike(each.toLowerCase(), action.toLowerCase())) &&
    toList(Resource).some((each) => isLike(each, resource)) &&
    Object.entries(Condition).every(([operator, tests]) =>
      Object.entries(tests).every(([key, values]) => isMet(operator, toList(values), find(keys, key))),
    )
  );
}

/** A key that the request does not have meets nothing. Keys are the same in capitals and small letters. */
function isMet(operator: string, expected: readonly string[], found: string | undefined): boolean {
  const compare = operators[operator];
  if (compare === undefined) throw new Error(`the operator ${operator} is not understood`);
  return found !== undefined && expected.some((each) => compare(each, found));
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, (expected: string, found: string) => boolean>> = {
  StringEquals: (expected, found) => expected === found,
  StringLike: isLike,
  ArnEquals: isLikeArn,
  ArnLike: isLikeArn,
};

/** Each of the six parts for itself, so that `*` goes no further than its colon. */
function isLikeArn(expected: string, found: string): boolean {
  const [wanted, given] = [toParts(expected), toParts(found)];
  return (
    wanted.length === 6 && given.length === 6 && wanted.every((part, at) => isLike(part, given[at] ?? ''))
  );
}

function toParts(arn: string): readonly string[] {
  const [scheme = '', partition = '', service = '', region = '', account = '', ...rest] = arn.split(':');
  return [scheme, partition, service, region, account, rest.join(':')];
}

/** `*` stands for any text, `?` for one character. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function find(keys: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.entries(keys).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function toList(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
