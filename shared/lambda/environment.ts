/** What a trigger function is told by its environment. */
export type LambdaEnvironment = {
  /** The file with the compiled jobs.yml. */
  readonly jobsPath: string;
  readonly ledger: URL;
  readonly payloads: URL;
};

/** The function is not set up right; `message` names every variable, what it is and what was expected. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** Throws EnvironmentError. */
export function parseLambdaEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): LambdaEnvironment {
  const problems: string[] = [];
  const read = (name: string, expected: string): string => {
    const value = variables[name]?.trim() ?? '';
    if (value === '') problems.push(`${name} is missing, expected ${expected}`);
    return value;
  };
  const readUrl = (name: string, expected: string): URL => {
    const value = read(name, expected);
    const url = URL.parse(value);
    if (value !== '' && url?.protocol !== 'file:') {
      problems.push(
        `${name} is ${JSON.stringify(value)}, which this version can't open, expected ${expected}`,
      );
    }
    return url ?? new URL('file:///');
  };
  const environment = {
    jobsPath: read('SIGNALBOX_JOBS', 'the path of the compiled jobs.yml, such as /var/task/jobs.json'),
    ledger: readUrl('SIGNALBOX_LEDGER', 'the URL of the ledger, such as file:///mnt/signalbox/ledger.db'),
    payloads: readUrl(
      'SIGNALBOX_PAYLOADS',
      'the URL of the payload store, such as file:///mnt/signalbox/payloads',
    ),
  };
  if (problems.length > 0) throw new EnvironmentError(`the function is not set up: ${problems.join('; ')}`);
  return environment;
}
