import { z } from 'zod';
import { type Check, check, has, uniqueNames, within } from './checks.ts';
import { mainContainerName } from './main-container.ts';
import { atValue, type Mistake, type Path, toShown } from './mistake.ts';
import { type TargetName, target } from './schema/targets.ts';

/**
 * Names that the platform sets or refuses; a job that sets them itself would lose its credentials, or not start.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html
 */
const platformNames = ['AWS_CONTAINER_', 'AWS_LAMBDA_', 'AWS_EXECUTION_ENV', 'ECS_CONTAINER_METADATA_URI'];
const reservedNames: Readonly<Partial<Record<TargetName, readonly string[]>>> = {
  fargate: platformNames,
  codebuild: [...platformNames, 'CODEBUILD'],
  batch: [...platformNames, 'AWS_BATCH'],
};

/** Variables of a container or a build: each name once, and none that the platform keeps for itself. */
export const environmentChecks: readonly Check[] = [
  check(z.object({ target }), (job, raw) => findInOwners(raw, job.target)),
  check(z.object({ sidecars: z.array(z.unknown()) }), ({ sidecars }) =>
    uniqueNames(namesIn(sidecars).map(([index, name]) => [['sidecars', index, 'name'], name])),
  ),
  check(z.object({ sidecars: z.array(z.unknown()) }), ({ sidecars }) =>
    namesIn(sidecars)
      .filter(([, name]) => name === mainContainerName)
      .map(([index, name]) =>
        atValue(
          ['sidecars', index, 'name'],
          `found "${name}", which is the name of the main container; expected another`,
        ),
      ),
  ),
];

function findInOwners(raw: unknown, targetName: TargetName): readonly Mistake[] {
  const owners: [Path, unknown][] = [];
  if (has(raw, 'container')) owners.push([['container'], raw.container]);
  if (has(raw, 'build')) owners.push([['build'], raw.build]);
  if (has(raw, 'sidecars') && Array.isArray(raw.sidecars)) {
    for (const [index, sidecar] of raw.sidecars.entries()) owners.push([['sidecars', index], sidecar]);
  }
  return owners.flatMap(([path, owner]) => within(path, findInOwner(owner, targetName)));
}

function findInOwner(owner: unknown, targetName: TargetName): readonly Mistake[] {
  const names: [Path, string][] = [];
  if (has(owner, 'environment')) {
    for (const [index, name] of namesIn(owner.environment))
      names.push([['environment', index, 'name'], name]);
  }
  if (has(owner, 'secrets')) {
    for (const [index, name] of namesIn(owner.secrets)) names.push([['secrets', index, 'name'], name]);
  }
  const reserved = names.flatMap(([path, name]) => {
    const prefix = reservedNames[targetName]?.find((start) => name.startsWith(start));
    if (prefix === undefined) return [];
    return [
      atValue(
        path,
        `found ${toShown(name)}, but ${targetName} keeps names starting with ${prefix} for itself`,
      ),
    ];
  });
  return [...uniqueNames(names), ...reserved];
}

function namesIn(list: unknown): readonly (readonly [number, string])[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry, index) =>
    has(entry, 'name') && typeof entry.name === 'string' ? [[index, entry.name] as const] : [],
  );
}
