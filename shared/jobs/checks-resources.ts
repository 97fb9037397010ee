import { z } from 'zod';
import { type Check, check, has, mistakeIf } from './checks.ts';
import { atKey, atValue, type Mistake, toChoice } from './mistake.ts';

const where = z.object({
  target: z.enum(['fargate', 'batch']),
  compute: z.object({ type: z.enum(['ec2', 'fargate']) }).optional(),
});

/** What a job may ask for depends on what it runs on. */
export const resourceChecks: readonly Check[] = [
  check(where.extend({ resources: z.object({ cpu: z.number(), memory: z.number() }) }), (job) =>
    platformOf(job) === 'fargate' ? findFargateSize(job.resources.cpu, job.resources.memory) : [],
  ),
  check(where.extend({ resources: z.object({ cpu: z.number() }) }), (job) =>
    mistakeIf(
      platformOf(job) === 'ec2' && !(Number.isInteger(job.resources.cpu) && job.resources.cpu >= 1),
      atValue(['resources', 'cpu'], `found ${job.resources.cpu}, expected a whole number from 1 on ${onEc2}`),
    ),
  ),
  check(where.extend({ resources: z.record(z.string(), z.unknown()) }), (job) => [
    ...mistakeIf(
      platformOf(job) === 'fargate' && has(job.resources, 'gpu'),
      atKey(['resources', 'gpu'], `found on Fargate, expected on ${onEc2} only`),
    ),
    ...mistakeIf(
      platformOf(job) === 'ec2' && has(job.resources, 'storage'),
      atKey(['resources', 'storage'], `found on ${onEc2}, expected on Fargate only`),
    ),
  ]),
];

const onEc2 = 'batch with compute type ec2';

/**
 * Memory in MiB that Fargate has for each number of vCPU.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
const fargateSizes: ReadonlyMap<number, readonly number[]> = new Map([
  [0.25, [512, 1024, 2048]],
  [0.5, gigabytes(1, 4, 1)],
  [1, gigabytes(2, 8, 1)],
  [2, gigabytes(4, 16, 1)],
  [4, gigabytes(8, 30, 1)],
  [8, gigabytes(16, 60, 4)],
  [16, gigabytes(32, 120, 8)],
]);

function findFargateSize(cpu: number, memory: number): readonly Mistake[] {
  const allowed = fargateSizes.get(cpu);
  if (allowed === undefined) {
    const choice = toChoice([...fargateSizes.keys()]);
    return [atValue(['resources', 'cpu'], `found ${cpu}, expected ${choice} vCPU on Fargate`)];
  }
  if (allowed.includes(memory)) return [];
  const message = `found ${memory}, expected ${toMemories(allowed)} MiB on Fargate with cpu ${cpu}`;
  return [atValue(['resources', 'memory'], message)];
}

function toMemories(memories: readonly number[]): string {
  const [first = 0, second = 0] = memories;
  return memories.length <= 8
    ? toChoice(memories)
    : `${first} to ${memories.at(-1)} in steps of ${second - first}`;
}

function platformOf({ target, compute }: z.output<typeof where>): 'fargate' | 'ec2' | undefined {
  return target === 'fargate' ? 'fargate' : compute?.type;
}

function gigabytes(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, index) => (first + index * step) * 1024);
}
