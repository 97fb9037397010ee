import type { Run } from '../runs/run.ts';
import { toTryLinks } from '../targets/batch/links.ts';
import type { Links } from '../targets/console.ts';
import { toLinks } from '../targets/links.ts';
import type { LogStream } from './log-stream.ts';

/** Where an attempt's output is, or why there is none to be read, with the page of the console that shows more. */
export type LogPlace = LogStream | { readonly why: string; readonly page: string | undefined };

/**
 * Of one attempt, by the number that the job saw: of a target that retries by itself, of one of its tries. What the
 * target said goes before what the plan says. Undefined while there is no such attempt.
 */
export function toLogPlace(run: Run, number: number): LogPlace | undefined {
  const { work } = run.plan;
  const tries = run.attempts.flatMap(({ tries = [] }) => tries);
  if (work.target === 'batch' && tries.length > 0) {
    const one = tries.find((each) => each.number === number);
    return one && choose(one.details, toTryLinks(work, one), 'its job of Batch has said of no log yet');
  }
  const attempt = run.attempts.find((each) => each.number === number);
  if (attempt === undefined) return undefined;
  const { externalId } = attempt.start;
  const links = externalId === undefined ? undefined : toLinks(work, externalId);
  return choose(attempt.details, links, toReason(work.target, externalId));
}

function choose(
  details: { readonly logGroup?: string; readonly logStream?: string } | undefined,
  links: Links | undefined,
  why: string,
): LogPlace {
  const group = details?.logGroup ?? links?.logs?.group;
  const stream = details?.logStream ?? links?.logs?.stream;
  return group === undefined || stream === undefined ? { why, page: links?.console } : { group, stream };
}

function toReason(target: Run['plan']['work']['target'], externalId: string | undefined): string {
  if (externalId === undefined) return 'it was never seen to start';
  if (target === 'state-machine') return 'an execution of a state machine has no log of its own';
  if (target === 'batch') return 'its execution has not submitted a job yet';
  return 'where it writes is not known';
}
