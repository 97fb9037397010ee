/** What can't be deployed as jobs.yml has it; `line` is that of jobs.yml, if it's about one. */
export type StackProblem = { readonly line?: number; readonly message: string };

/** jobs.yml has no mistake, yet no stack can be made of it. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly problems: readonly StackProblem[];

  constructor(problems: readonly StackProblem[]) {
    super(problems.map(({ message }) => message).join('; '));
    this.problems = problems;
  }
}
