import type { Path } from '../mistake.ts';
import type { Dialect, PatternProblem } from './pattern.ts';

/** Where something is written in a pattern, and where to say what is wrong with it. */
export type Place = {
  readonly dialect: Dialect;
  readonly path: Path;
  report(problem: string): void;
  /** The same for a part of what is there. */
  at(step: string | number): Place;
};

/** What is reported at the place, and at its parts, is added to the problems. */
export function createPlace(dialect: Dialect, problems: PatternProblem[], path: Path = []): Place {
  return {
    dialect,
    path,
    report: (problem) => void problems.push({ path, problem }),
    at: (step) => createPlace(dialect, problems, [...path, step]),
  };
}
