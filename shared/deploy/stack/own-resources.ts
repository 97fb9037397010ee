import { toLogicalId } from '../cloudformation/logical-id.ts';
import { toFunctionId, toFunctionNames } from './function-name.ts';
import type { Declared, Part, StackContext } from './part.ts';
import { StackError } from './stack-error.ts';

/**
 * The parts of a stack, and one with what `resources` of jobs.yml declares. A bucket that a part has made its own
 * version of, with the notifications of events in it, is left out. Throws StackError for an id that is taken by what
 * nobody of the parts declares.
 */
export function withOwnResources({ file }: StackContext, parts: readonly Part[]): readonly Part[] {
  const declared: Readonly<Record<string, Declared>> = Object.assign(
    {},
    ...parts.map((part) => part.resources),
  );
  const own = Object.entries(file.resources).filter(([id]) => !isTakenOver(id, declared));
  const taken = new Set(toFunctionNames(file).flatMap(toMadeIds));
  const problems = own
    .filter(([id]) => taken.has(id) || id.startsWith('ServerlessDeploymentBucket'))
    .map(([id, { line }]) => ({
      line,
      message: `resources.${id}: the stack itself has a resource of that name; expected another`,
    }));
  if (problems.length > 0) throw new StackError(problems);
  return own.length === 0 ? parts : [...parts, { resources: Object.fromEntries(own) }];

  /** What every stack has comes from no line; that of a bucket's event does. */
  function isTakenOver(id: string, others: Readonly<Record<string, Declared>>): boolean {
    const other = Object.hasOwn(others, id) ? others[id] : undefined;
    return other?.Type === 'AWS::S3::Bucket' && other.line !== undefined;
  }
}

/** What the Serverless Framework makes of a function. */
function toMadeIds(name: Parameters<typeof toFunctionId>[0]): readonly string[] {
  return [toFunctionId(name), `${toLogicalId(name)}LogGroup`];
}
