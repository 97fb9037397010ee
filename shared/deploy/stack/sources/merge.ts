import type { Declared, Part } from '../part.ts';
import { StackError, type StackProblem } from '../stack-error.ts';

/**
 * The resources of several events. What they share is there once, with the line of the first. Throws StackError when two
 * that differ would have one id: those of the jobs a-1 and a1, say.
 */
export function mergeResources(parts: readonly Part['resources'][]): Part['resources'] {
  const merged: Record<string, Declared> = {};
  const problems: StackProblem[] = [];
  for (const [id, resource] of parts.flatMap((part) => Object.entries(part))) {
    const other = merged[id];
    if (other === undefined) merged[id] = resource;
    else if (toText(other) !== toText(resource)) problems.push(toProblem(id, resource, other));
  }
  if (problems.length > 0) throw new StackError(problems);
  return merged;
}

function toText({ line: _, ...resource }: Declared): string {
  return JSON.stringify(resource);
}

function toProblem(id: string, { line }: Declared, other: Declared): StackProblem {
  const where = other.line === undefined ? 'something else' : `line ${other.line}`;
  return {
    ...(line !== undefined && { line }),
    message: `CloudFormation would know it as ${id}, which ${where} has already; expected a name that differs in more than "-"`,
  };
}
