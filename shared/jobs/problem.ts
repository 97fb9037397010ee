/**
 * One mistake in jobs.yml. `line` and `column` count from 1; `message` names the property, says what was found there
 * and what was expected.
 */
export type Problem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
};

/** Something in a right jobs.yml that its user may not have meant. `message` says what, and what to do about it. */
export type Warning = Omit<Problem, 'column'>;

/** jobs.yml holds mistakes: all of them, in the order of the file. Nothing is deployed or started from it. */
export class JobsFileError extends Error {
  override readonly name = 'JobsFileError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(toLine).join('\n'));
    this.problems = problems;
  }
}

export function toWarningLine({ file, line, message }: Warning): string {
  return `${file}:${line} warning: ${message}`;
}

function toLine({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column} ${message}`;
}
