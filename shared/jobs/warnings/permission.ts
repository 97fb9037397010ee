import type { Job } from '../schema/job.ts';
import { covers, type Glob, meets, toGlob, toLiteral } from './glob.ts';

export type Statement = NonNullable<Job['iamRoleStatements']>[number];

/** An action that a statement allows on some of a place. */
export type Permission = { readonly action: string; readonly statement: Statement };

/**
 * What a job may do of these actions on any part of a place, by its iamRoleStatements. A condition is taken to be met
 * where it allows, and not where it denies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function findPermissions(
  { iamRoleStatements = [] }: Job,
  actions: readonly string[],
  place: Glob,
): readonly Permission[] {
  return actions
    .filter((action) => !iamRoleStatements.some((statement) => isDenied(statement, action, place)))
    .flatMap((action) =>
      iamRoleStatements
        .filter((statement) => isAllowed(statement, action, place))
        .map((statement) => ({ action, statement })),
    );
}

function isAllowed(statement: Statement, action: string, place: Glob): boolean {
  const { Effect, Resource, NotResource } = statement;
  if (Effect !== 'Allow' || !hasAction(statement, action)) return false;
  if (Resource !== undefined) return Resource.some((resource) => meets(toGlob(resource), place));
  return !(NotResource ?? []).some((resource) => covers(toGlob(resource), place));
}

/** All of the place; a part of it may be what is meant. */
function isDenied(statement: Statement, action: string, place: Glob): boolean {
  const { Effect, Resource, NotResource, Condition } = statement;
  if (Effect !== 'Deny' || Condition !== undefined || !hasAction(statement, action)) return false;
  if (Resource !== undefined) return Resource.some((resource) => covers(toGlob(resource), place));
  return !(NotResource ?? []).some((resource) => meets(toGlob(resource), place));
}

/** Names of actions are not case-sensitive. */
function hasAction({ Action, NotAction }: Statement, action: string): boolean {
  const name = toLiteral(action.toLowerCase());
  const isNamed = (patterns: readonly string[]) =>
    patterns.some((pattern) => meets(toGlob(pattern.toLowerCase()), name));
  return Action === undefined ? !isNamed(NotAction ?? []) : isNamed(Action);
}
