import { z } from 'zod';
import { type Check, check, has, mistakeIf } from './checks.ts';
import { atKey, atValue, type Mistake } from './mistake.ts';
import { type TargetName, target } from './schema/targets.ts';

const minute = 60;
const day = 86_400;

type Limits = { readonly minimum: number; readonly maximum: number; readonly where: string };

/**
 * Seconds that one attempt may run for. CodeBuild takes 5 to 2,160 minutes, Batch at least 60 seconds; AWS may end
 * Fargate tasks that are older than two weeks, and an execution of a state machine lasts a year.
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
 * https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html
 */
const timeouts: Readonly<Record<TargetName, Limits>> = {
  fargate: { minimum: 1, maximum: 14 * day, where: 'fargate' },
  codebuild: { minimum: 5 * minute, maximum: 2160 * minute, where: 'codebuild' },
  batch: { minimum: 60, maximum: 365 * day, where: 'batch' },
  'state-machine': { minimum: 1, maximum: 365 * day, where: 'state-machine' },
  process: { minimum: 1, maximum: 365 * day, where: 'process' },
};
const batchOnFargate: Limits = { minimum: 60, maximum: 14 * day, where: 'batch with compute type fargate' };

/** A build waits in CodeBuild's queue for 5 to 480 minutes; what is shorter, Signalbox ends itself. */
const queue: Limits = { minimum: 1, maximum: 480 * minute, where: 'codebuild' };

/** What a target makes of timeouts, stops and failures; refused where it can make nothing of them. */
export const timeChecks: readonly Check[] = [
  check(z.object({ target, timeout: z.int(), compute: z.unknown().optional() }), findTimeout),
  check(z.object({ target: z.literal('codebuild'), startTimeout: z.int() }), ({ startTimeout }) =>
    findOutside(['startTimeout'], startTimeout, queue),
  ),
  check(z.object({ target }), (job, raw) =>
    has(raw, 'stopTimeout') ? findStopTimeout(job.target, raw.stopTimeout) : [],
  ),
  check(
    z.object({
      target: z.enum(['codebuild', 'state-machine']),
      retryConfig: z.object({ retryOn: z.array(z.unknown()) }),
    }),
    (job) =>
      job.retryConfig.retryOn.flatMap((condition, index) => {
        if (!has(condition, 'exitCodes')) return [];
        const message = `found on a ${job.target} job, which reports no exit codes; expected the class exit-code`;
        return [atKey(['retryConfig', 'retryOn', index, 'exitCodes'], message)];
      }),
  ),
  check(
    z.object({
      retryConfig: z.object({ retryIntervalSeconds: z.int(), maxIntervalSeconds: z.int().default(3600) }),
    }),
    ({ retryConfig: { retryIntervalSeconds: interval, maxIntervalSeconds: longest } }) =>
      mistakeIf(
        interval > longest,
        atValue(
          ['retryConfig', 'retryIntervalSeconds'],
          `found ${interval}, expected at most maxIntervalSeconds, which is ${longest}`,
        ),
      ),
  ),
];

function findTimeout(job: { target: TargetName; timeout: number; compute?: unknown }): readonly Mistake[] {
  const onFargate = job.target === 'batch' && has(job.compute, 'type') && job.compute.type === 'fargate';
  const outside = findOutside(['timeout'], job.timeout, onFargate ? batchOnFargate : timeouts[job.target]);
  if (outside.length > 0 || job.target !== 'codebuild' || job.timeout % minute === 0) return outside;
  const rounded = Math.ceil(job.timeout / minute) * minute;
  return [
    atValue(['timeout'], `found ${job.timeout}, expected whole minutes on codebuild, such as ${rounded}`),
  ];
}

/**
 * ECS waits up to 120 s on Fargate, Batch always 30 s; StopBuild and StopExecution do not wait.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
function findStopTimeout(name: TargetName, found: unknown): readonly Mistake[] {
  if (name === 'codebuild' || name === 'state-machine') {
    return [atKey(['stopTimeout'], `found on a ${name} job, which is stopped without a wait; expected none`)];
  }
  if (typeof found !== 'number') return [];
  if (name === 'fargate')
    return findOutside(['stopTimeout'], found, { minimum: 1, maximum: 120, where: name });
  if (name === 'process' || found === 30) return [];
  return [atValue(['stopTimeout'], `found ${found}, expected 30 or none: Batch always waits 30 seconds`)];
}

function findOutside(path: readonly string[], found: number, limits: Limits): readonly Mistake[] {
  const { minimum, maximum, where } = limits;
  if (found >= minimum && found <= maximum) return [];
  return [atValue(path, `found ${found}, expected ${minimum} to ${maximum} seconds on ${where}`)];
}
