import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line that a job wrote of itself. */
export type Line = {
  readonly what: 'begin' | 'alive' | 'end';
  readonly attempt: number;
  readonly pid: number;
  /** Of `begin`: the numbers of its events; of `end`: the exit code; of `alive`: nothing. */
  readonly about: string;
  /** As it was written. */
  readonly text: string;
};

/** What all jobs wrote, by run, in the order in which it was written. Throws for a line that is none of job.sh's. */
export function readOutput(folder: string): ReadonlyMap<string, readonly Line[]> {
  const runs = existsSync(folder) ? readdirSync(folder) : [];
  return new Map(
    runs.map((run) => [run, readFileSync(join(folder, run), 'utf8').split('\n').slice(0, -1).map(parseLine)]),
  );
}

/** A signal that ends the whole group may also have ended what asks for the time. */
const shape = /^(begin|alive|end) (\d+) (\d+) \d* (\S+)$/;

/** Throws for a text that is none of job.sh's lines. */
export function parseLine(text: string): Line {
  const [, what, attempt, pid, about = ''] = shape.exec(text) ?? [];
  if (what !== 'begin' && what !== 'alive' && what !== 'end') throw new Error(`no line of a job: ${text}`);
  return { what, attempt: Number(attempt), pid: Number(pid), about, text };
}

/** What was written between two looks. By the second one every run had ended: a job that still writes lives beyond it. */
export function findGrown(
  before: ReadonlyMap<string, readonly Line[]>,
  after: ReadonlyMap<string, readonly Line[]>,
): readonly { readonly runId: string; readonly what: string }[] {
  return [...after].flatMap(([runId, lines]) => {
    const grown = lines.length - (before.get(runId)?.length ?? 0);
    return grown > 0 ? [{ runId, what: `a job wrote ${grown} lines after its run had ended` }] : [];
  });
}
