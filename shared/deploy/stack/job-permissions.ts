import { isObject } from '../../events/json.ts';
import type { Statement } from '../cloudformation/statement.ts';
import { sub, type Value } from '../cloudformation/value.ts';
import { type Stage, toNamePrefix } from '../names.ts';
import { toTargets } from './base/names.ts';
import { isForAllJobs, toJobsOf } from './base/permissions.ts';
import { type FunctionName, toFunctionNames } from './function-name.ts';
import type { Permission, StackContext } from './part.ts';
import type { JobWithPart } from './stack.ts';
import { toStackFollowing } from './targets/following.ts';

/** So many jobs are named one by one in a role; a role has room for 10,240 characters. */
const mostNamed = 25;

/**
 * What starting and following runs takes, for each function that does. A trigger starts those that its source starts,
 * and follows them too: a delivery that comes again finds its run, and looks after it when it's overdue. The others do
 * both for all jobs, but that what is told of a state change starts nothing: the next start is the wake queue's. They
 * follow whatever has the stack's prefix in its name, as a run may be of a job that jobs.yml doesn't have any more. A
 * function that starts many jobs may start what has the prefix, which is the stack's own all the same.
 */
export function toJobPermissions(context: StackContext, jobs: readonly JobWithPart[]): readonly Permission[] {
  return toFunctionNames(context.file).flatMap((name) =>
    toStatements(name, context, toJobsOf(name, jobs)).map((statement) => ({ functions: [name], statement })),
  );
}

function toStatements(
  name: FunctionName,
  context: StackContext,
  jobs: readonly JobWithPart[],
): readonly Statement[] {
  const isMany = jobs.length > mostNamed;
  const starting = jobs.flatMap((each) => widenAll(each.part.starting, each, isMany));
  const following = jobs.flatMap((each) => widenAll(each.part.following, each, isMany || isForAllJobs(name)));
  if (!isForAllJobs(name)) return [...starting, ...following];
  const ofTheStack = toTargets(jobs).flatMap((target) => toStackFollowing(target, context));
  return [...(name === 'state-change' ? [] : starting), ...ofTheStack, ...following];

  function widenAll(statements: readonly Statement[], each: JobWithPart, isWide: boolean) {
    return isWide ? statements.map((statement) => widen(statement, each, context.stage)) : statements;
  }
}

function widen(statement: Statement, job: JobWithPart, stage: Stage): Statement {
  if (!('resources' in statement)) return statement;
  return { ...statement, resources: statement.resources.map((resource) => toWider(resource, job, stage)) };
}

/** A name of the stack's own becomes its prefix. */
function toWider(resource: Value, { job }: JobWithPart, stage: Stage): Value {
  const text = isObject(resource) ? resource['Fn::Sub'] : resource;
  if (typeof text !== 'string') return resource;
  const prefix = toNamePrefix(stage);
  const [before = '', ...rest] = text.split(`${prefix}${job.name}`);
  const after = rest.join(`${prefix}${job.name}`);
  if (rest.length === 0 || !/[:/]$/.test(before)) return resource;
  return sub(`${before}${prefix}*${after.replace(/^[^:/]*/, '')}`);
}
