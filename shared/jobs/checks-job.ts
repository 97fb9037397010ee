import { z } from 'zod';
import { type Check, check, exactlyOneOf, forEach, has, inside, runChecks } from './checks.ts';
import { environmentChecks } from './checks-environment.ts';
import { resourceChecks } from './checks-resources.ts';
import { timeChecks } from './checks-time.ts';
import { atKey, toChoice } from './mistake.ts';
import type { jobProperties } from './schema/job.ts';
import { type TargetName, target } from './schema/targets.ts';

type JobProperty = keyof typeof jobProperties;

/** Properties that only some targets know. The others belong to every job. */
const targetsOf: Partial<Record<JobProperty, readonly TargetName[]>> = {
  container: ['fargate', 'batch'],
  sidecars: ['fargate'],
  taskDefinitionArn: ['fargate'],
  containerName: ['fargate'],
  clusterArn: ['fargate'],
  taskRoleArn: ['fargate'],
  executionRoleArn: ['fargate'],
  resources: ['fargate', 'batch'],
  useSpotInstances: ['fargate', 'batch'],
  build: ['codebuild'],
  projectName: ['codebuild'],
  compute: ['batch'],
  stateMachineArn: ['state-machine'],
  waitForEnd: ['state-machine'],
  logging: ['fargate', 'codebuild', 'batch'],
  iamRoleStatements: ['fargate', 'codebuild', 'batch'],
};

const belongsToTarget = check(z.object({ target }), (job, raw) =>
  Object.entries(targetsOf)
    .filter(([name, targets]) => has(raw, name) && !targets.includes(job.target))
    .map(([name, targets]) =>
      atKey([name], `found on a ${job.target} job, expected on ${toChoice(targets)} only`),
    ),
);

/** As it is written, before anything is known of it. */
const textOrReference = z.string().or(z.record(z.string(), z.unknown()));

/** What each target cannot do without, and what an existing resource has settled already. */
const targetChecks: Readonly<Record<TargetName, readonly Check[]>> = {
  fargate: [
    exactlyOneOf('container', 'taskDefinitionArn'),
    together('container', 'resources'),
    together('taskDefinitionArn', 'containerName'),
    together('containerName', 'taskDefinitionArn'),
    together('clusterArn', 'taskDefinitionArn'),
    together('taskRoleArn', 'taskDefinitionArn'),
    together('executionRoleArn', 'taskDefinitionArn'),
    settledBy('taskDefinitionArn', z.object({ taskDefinitionArn: textOrReference }), [
      'sidecars',
      'stopTimeout',
      'logging',
      'iamRoleStatements',
    ]),
    check(
      z.object({ taskDefinitionArn: textOrReference, resources: z.object({ architecture: z.string() }) }),
      () => [
        atKey(
          ['resources', 'architecture'],
          'found beside taskDefinitionArn, which has an architecture already; expected cpu, memory and storage only',
        ),
      ],
    ),
  ],
  codebuild: [
    exactlyOneOf('build', 'projectName'),
    settledBy('projectName', z.object({ projectName: textOrReference }), ['logging', 'iamRoleStatements']),
  ],
  batch: [
    required('compute'),
    inside('compute', [exactlyOneOf('type', 'existing')]),
    check(z.object({ compute: z.object({ type: z.string() }) }), (_parts, raw) =>
      runChecks([required('container'), required('resources')], raw),
    ),
    settledBy(
      'compute.existing',
      z.object({ compute: z.object({ existing: z.record(z.string(), z.unknown()) }) }),
      ['container', 'resources', 'useSpotInstances', 'logging', 'iamRoleStatements'],
    ),
  ],
  'state-machine': [
    required('stateMachineArn'),
    settledBy('waitForEnd: false', z.object({ waitForEnd: z.literal(false) }), ['timeout', 'retryConfig']),
  ],
  process: [required('local')],
};

const statementChecks = [
  exactlyOneOf('Action', 'NotAction'),
  exactlyOneOf('Resource', 'NotResource'),
] satisfies readonly Check[];

/** The checks of a job that look at several of its properties; its events have their own. */
export const jobChecks: readonly Check[] = [
  belongsToTarget,
  check(z.object({ target }), (job, raw) => runChecks(targetChecks[job.target], raw)),
  ...resourceChecks,
  ...timeChecks,
  ...environmentChecks,
  inside('iamRoleStatements', [forEach(statementChecks)]),
];

function required(name: JobProperty): Check {
  return check(z.object({ target }), (job, raw) =>
    has(raw, name) ? [] : [atKey([], `"${name}" is missing, expected on a ${job.target} job`)],
  );
}

function together(name: JobProperty, other: JobProperty): Check {
  return (raw) =>
    has(raw, name) && !has(raw, other) ? [atKey([name], `found without "${other}", expected both`)] : [];
}

/** What something that is there already, or not waited for, leaves nothing to say about. */
function settledBy(name: string, settled: z.ZodType, properties: readonly JobProperty[]): Check {
  return check(settled, (_parts, raw) =>
    properties
      .filter((property) => has(raw, property))
      .map((property) => atKey([property], `found beside ${name}, which leaves no place for it`)),
  );
}
