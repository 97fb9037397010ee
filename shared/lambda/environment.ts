import { fileURLToPath } from 'node:url';
import { toMessage } from '../to-message.ts';

/** What a trigger function is told by its environment. */
export type LambdaEnvironment = {
  /** The file with the compiled jobs.yml. */
  readonly jobsPath: string;
  /** Both are of files. */
  readonly ledger: URL;
  readonly payloads: URL;
};

const expected = {
  SIGNALBOX_JOBS: 'the path of the compiled jobs.yml, such as /var/task/jobs.json',
  SIGNALBOX_LEDGER: 'the URL of the ledger, such as file:///mnt/signalbox/ledger.db',
  SIGNALBOX_PAYLOADS: 'the URL of the payload store, such as file:///mnt/signalbox/payloads',
} as const;

type Variable = keyof typeof expected;

/** The function is not set up right; `message` names every variable, what it is and what was expected. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(problems: string, options?: ErrorOptions) {
    super(`the function is not set up: ${problems}`, options);
  }
}

/** Throws EnvironmentError with all that is wrong. URLs are not shown: those of other stores may hold a password. */
export function parseLambdaEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): LambdaEnvironment {
  const problems: string[] = [];
  const read = (name: Variable): string => {
    const value = variables[name]?.trim() ?? '';
    if (value === '') problems.push(`${name} is missing, expected ${expected[name]}`);
    return value;
  };
  const readUrl = (name: Variable): URL => {
    const value = read(name);
    const url = URL.parse(value);
    if (value !== '' && !isOfFile(url)) {
      const found = url === null ? 'no URL' : `a URL (${url.protocol}) that this version can't open`;
      problems.push(`${name} is ${found}, expected ${expected[name]}`);
    }
    return url ?? new URL('file:///');
  };
  const environment = {
    jobsPath: read('SIGNALBOX_JOBS'),
    ledger: readUrl('SIGNALBOX_LEDGER'),
    payloads: readUrl('SIGNALBOX_PAYLOADS'),
  };
  if (problems.length > 0) throw new EnvironmentError(problems.join('; '));
  return environment;
}

/** What a variable names is opened. Throws EnvironmentError when it can't be. */
export function openNamed<T>(name: Variable, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new EnvironmentError(`${name}: ${toMessage(cause)}; expected ${expected[name]}`, { cause });
  }
}

/** One with a host, or with an encoded slash, names no file. */
function isOfFile(url: URL | null): boolean {
  try {
    return url !== null && fileURLToPath(url) !== '';
  } catch {
    return false;
  }
}
