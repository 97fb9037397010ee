import type { Job } from '../../../jobs/schema/job.ts';
import { toValue } from '../from-jobs.ts';

type Container = Pick<NonNullable<Job['container']>, 'image' | 'command' | 'environment' | 'secrets'>;
type Size = Pick<NonNullable<Job['resources']>, 'architecture' | 'storage'>;

/** What Fargate gives a task or job without being asked, in GiB. */
const freeStorage = 20;

/** What task definitions of ECS and job definitions of Batch say alike of a container. */
export function toContainerProperties({ image, command, environment, secrets }: Container): object {
  return {
    Image: toValue(image),
    ...(command && { Command: command.map(toValue) }),
    ...(environment && {
      Environment: environment.map(({ name, value }) => ({ Name: name, Value: toValue(value) })),
    }),
    ...(secrets && {
      Secrets: secrets.map(({ name, valueFrom }) => ({ Name: name, ValueFrom: toValue(valueFrom) })),
    }),
  };
}

/** Of what runs on Fargate. */
export function toRuntimePlatform({ architecture }: Size): object {
  return {
    OperatingSystemFamily: 'LINUX',
    CpuArchitecture: architecture === 'arm64' ? 'ARM64' : 'X86_64',
  };
}

/** Of what runs on Fargate; it can be told only to give more than it gives anyway. */
export function toStorage({ storage = freeStorage }: Size): object {
  return storage > freeStorage ? { EphemeralStorage: { SizeInGiB: storage } } : {};
}
