import type { StackFailure } from '../shared/deploy/stack-events.ts';

/** By logical id, the line of jobs.yml that a resource comes from. */
export type Lines = Readonly<Record<string, number>>;

/** Each failure with its line of jobs.yml, where it has one: `jobs.yml:12 OrdersQueueMapping (AWS::…): reason`. */
export function toFailureLines(failures: readonly StackFailure[], file: string, lines: Lines): string {
  return failures
    .map(({ id, type, reason }) => {
      const place = toPlace(id === undefined ? findNamed(reason, lines) : lines[id], file);
      const what = id === undefined ? '' : `${id}${type === undefined ? '' : ` (${type})`}: `;
      return `${place}${what}${reason}`;
    })
    .join('\n');
}

function toPlace(line: number | undefined, file: string): string {
  return line === undefined ? '' : `${file}:${line} `;
}

/** The line of the first resource that a reason names. */
function findNamed(reason: string, lines: Lines): number | undefined {
  const named = reason.match(/[A-Za-z0-9]+/g)?.find((word) => Object.hasOwn(lines, word));
  return named === undefined ? undefined : lines[named];
}
