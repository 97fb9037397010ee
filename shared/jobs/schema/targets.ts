import { z } from 'zod';
import { jobDefinitionArn, jobQueueArn } from './arns.ts';
import { listOf, text } from './basics.ts';
import { environment, environmentName, environmentValue, secrets } from './environment.ts';
import { matchingOrReference } from './reference.ts';

export const targetNames = ['fargate', 'codebuild', 'batch', 'state-machine', 'process'] as const;

export type TargetName = (typeof targetNames)[number];

export const target = z.enum(targetNames);

/** https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html */
export const build = z.strictObject({
  image: matchingOrReference(
    /^\S+$/,
    'the name of an image, such as aws/codebuild/amazonlinux2-x86_64-standard:5.0',
  ).describe('Image that the commands run in.'),
  computeType: z
    .enum([
      'BUILD_GENERAL1_SMALL',
      'BUILD_GENERAL1_MEDIUM',
      'BUILD_GENERAL1_LARGE',
      'BUILD_GENERAL1_XLARGE',
      'BUILD_GENERAL1_2XLARGE',
    ])
    .describe('Size of the machine.'),
  commands: listOf(text, 'commands').describe('Shell commands, one after the other.'),
  environment: environment.describe('Variables of every run.').exactOptional(),
  secrets: secrets.describe('Variables whose values are read when the build starts.').exactOptional(),
});

export const compute = z.strictObject({
  type: z
    .enum(['ec2', 'fargate'])
    .describe('What the job runs on, in a compute environment of the stack; or existing.')
    .exactOptional(),
  existing: z
    .strictObject({
      jobQueueArn: jobQueueArn.describe('The queue.'),
      jobDefinitionArn: jobDefinitionArn.describe('The definition.'),
    })
    .describe('A job queue and a job definition that are there already; or type.')
    .exactOptional(),
});

export const local = z.strictObject({
  command: listOf(text, 'texts').describe('The program and its arguments.'),
  workingDirectory: text.default('.').describe('Relative to the folder of jobs.yml.'),
  environment: z
    .record(environmentName, environmentValue, { error: "a mapping such as { DEBUG: '1' }" })
    .prefault({})
    .describe('Variables of every run on this machine.'),
});
