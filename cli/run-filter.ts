import { type Command, InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';
import { type EpochMs, type RunStatus, runStatuses } from '../shared/runs/run.ts';
import type { Query } from './matching.ts';

/** Which runs a command is about, by what they are. */
export type FilterOptions = {
  readonly job?: readonly string[];
  readonly status?: readonly RunStatus[];
  readonly since?: EpochMs;
  readonly until?: EpochMs;
};

/** The options of FilterOptions. */
export function addFilter(command: Command): Command {
  return command
    .option('--job <name...>', 'only runs of these jobs')
    .option('--status <status...>', `only runs of these statuses: ${runStatuses.join(', ')}`, collectStatus)
    .option('--since <when>', 'only runs since then: an age such as 90s, 15m, 2h or 7d, or a time', toTime)
    .option('--until <when>', 'only runs until then: an age or a time', toTime);
}

export function toQuery({ job, status, since, until }: FilterOptions): Query {
  return {
    ...(job && { jobs: job }),
    ...(status && { statuses: status }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

/** `failed,timed-out` is the same as `failed timed-out`. */
function collectStatus(given: string, before: readonly RunStatus[] = []): readonly RunStatus[] {
  const statuses = given.split(',').map((each) => {
    const status = runStatuses.find((name) => name === each);
    if (status === undefined) throw new InvalidArgumentError(`It is one of ${runStatuses.join(', ')}.`);
    return status;
  });
  return [...before, ...statuses];
}

const timeShape = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

function toTime(given: string): EpochMs {
  const age = /^\d+(\.\d+)?\s*[a-z]+$/i.test(given) ? ms(given as StringValue) : undefined;
  const at =
    age === undefined && timeShape.test(given) ? Date.parse(given) : Date.now() - (age ?? Number.NaN);
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError(
      'It is an age such as 90s, 15m, 2h or 7d, or a time such as 2026-11-20T10:00Z.',
    );
  }
  return at;
}

export function toLimit(given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1 || number > 100_000)
    throw new InvalidArgumentError('It is a whole number from 1.');
  return number;
}
