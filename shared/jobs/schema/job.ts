import { z } from 'zod';
import {
  clusterArn,
  eventBusArn,
  queueArn,
  roleArn,
  stateMachineArn,
  taskDefinitionArn,
  topicArn,
} from './arns.ts';
import {
  flag,
  type Immutable,
  listOf,
  mapping,
  matching,
  oneOrMore,
  seconds,
  text,
  wholeNumber,
} from './basics.ts';
import { container, resources, sidecar } from './container.ts';
import type { JobEvent } from './event.ts';
import { jsonWithReferences, matchingOrReference, orReference } from './reference.ts';
import { retryConfig } from './retry.ts';
import { build, compute, local, type TargetName, target } from './targets.ts';

export const jobName = matching(
  /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
  'a name of 1 to 40 lower-case letters, digits and "-", with a letter or digit at each end',
);

/** Days that CloudWatch Logs can keep logs for. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const headerName = matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'the name of a header, such as x-tenant-secret');

const arns = oneOrMore('resources', orReference(text, 'text that is not empty'));

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
const iamRoleStatement = z.strictObject({
  Sid: matching(/^[A-Za-z0-9]+$/, 'an id of letters and digits')
    .describe('Id of the statement.')
    .exactOptional(),
  Effect: z.enum(['Allow', 'Deny']).describe('Whether the actions are allowed.'),
  Action: oneOrMore('actions').describe('Actions; or NotAction.').exactOptional(),
  NotAction: oneOrMore('actions').describe('All actions but these; or Action.').exactOptional(),
  Resource: arns.describe('ARNs; or NotResource.').exactOptional(),
  NotResource: arns.describe('All resources but these; or Resource.').exactOptional(),
  Condition: z
    .record(z.string(), jsonWithReferences, { error: 'a mapping of operators' })
    .describe('When the statement holds.')
    .exactOptional(),
});

const onFailure = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('sqs'), arn: queueArn.describe('The queue.') }),
    z.strictObject({ type: z.literal('sns'), arn: topicArn.describe('The topic.') }),
    z.strictObject({ type: z.literal('event-bus'), arn: eventBusArn.describe('The bus.') }),
  ],
  mapping('a mapping with "type" sqs, sns or event-bus and "arn"'),
);

/** Every property of a job but its events. Which of them a target knows, and what it makes of them, is checked apart. */
export const jobProperties = {
  target: target.describe('What runs the job. process: only on this machine.'),
  container: container.describe('The container that gets the event (fargate, batch).').exactOptional(),
  sidecars: listOf(sidecar, 'containers')
    .describe('Further containers of the task, without the event (fargate).')
    .exactOptional(),
  taskDefinitionArn: taskDefinitionArn
    .describe('A task definition that is there already, in place of container (fargate).')
    .exactOptional(),
  containerName: matching(/^[A-Za-z0-9_-]{1,255}$/, 'a name of 1 to 255 letters, digits, "-" and "_"')
    .describe('The container of that task definition that gets the event (fargate).')
    .exactOptional(),
  clusterArn: clusterArn
    .describe('The cluster to run that task definition in; that of the stack, if left out (fargate).')
    .exactOptional(),
  taskRoleArn: roleArn
    .describe('What its containers may do, in place of the role of that task definition (fargate).')
    .exactOptional(),
  executionRoleArn: roleArn
    .describe('What ECS may do for them, in place of the role of that task definition (fargate).')
    .exactOptional(),
  resources: resources.describe('What one run may use (fargate, batch).').exactOptional(),
  useSpotInstances: flag
    .describe('Spare capacity first, which AWS may take back (fargate, batch).')
    .exactOptional(),
  build: build.describe('What CodeBuild runs (codebuild).').exactOptional(),
  projectName: matchingOrReference(
    /^[A-Za-z0-9][A-Za-z0-9_-]{1,254}$/,
    'the name of a CodeBuild project: 2 to 255 letters, digits, "-" and "_"',
  )
    .describe('A project that is there already, in place of build (codebuild).')
    .exactOptional(),
  compute: compute.describe('What Batch runs the job on (batch).').exactOptional(),
  stateMachineArn: stateMachineArn.describe('A STANDARD state machine (state-machine).').exactOptional(),
  waitForEnd: flag
    .describe('false: the run succeeds when the execution has started (state-machine).')
    .exactOptional(),
  timeout: seconds(1, 31_536_000)
    .describe('Of one attempt, from when it runs, in seconds; 3600 if left out, 86400 on batch.')
    .exactOptional(),
  startTimeout: seconds(1, 1_209_600)
    .default(3600)
    .describe('How long an attempt may wait for capacity before it is given up, in seconds.'),
  stopTimeout: seconds(1, 3600)
    .default(30)
    .describe('From SIGTERM to SIGKILL, in seconds; at most 120 on fargate.'),
  retryConfig: retryConfig.describe('Whether and when a job that failed is run again.'),
  logging: z
    .strictObject({
      retentionDays: z.literal(retentionDays).default(90).describe('Days that logs are kept for.'),
    })
    .prefault({})
    .describe('Logs of the job (fargate, codebuild, batch).'),
  eventFormat: z
    .enum(['normalized', 'native'])
    .default('normalized')
    .describe('native: the job gets the payload as it arrived.'),
  forwardCredentials: flag
    .default(false)
    .describe('true: the headers that are kept out of sight reach the job, by claim check.'),
  redact: z
    .array(headerName.toLowerCase(), { error: 'a list of header names' })
    .default([])
    .describe('Further headers that are kept out of sight.'),
  iamRoleStatements: listOf(iamRoleStatement, 'statements')
    .describe('What the job may do in AWS (fargate, codebuild, batch).')
    .exactOptional(),
  maxRunsPerHour: wholeNumber(1, 1_000_000, 'runs')
    .describe(
      'Runs that may begin in an hour of the clock; further ones wait for the next. No limit, if left out.',
    )
    .exactOptional(),
  onFailure: onFailure.describe('Where a run that failed for good is reported.').exactOptional(),
  local: local.describe('How the job runs on this machine.').exactOptional(),
} as const;

export const job = z.strictObject({
  ...jobProperties,
  events: listOf(z.unknown(), 'events'),
});

/** One declared job, every default applied. Times are in seconds; `line` counts from 1. */
export type Job = Immutable<Omit<z.output<typeof job>, 'events' | 'timeout'>> & {
  readonly name: string;
  readonly line: number;
  readonly target: TargetName;
  readonly timeout: number;
  readonly events: readonly JobEvent[];
};
