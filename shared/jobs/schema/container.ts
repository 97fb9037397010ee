import { z } from 'zod';
import { listOf, matching, numberFrom, text, wholeNumber } from './basics.ts';
import { environment, secrets } from './environment.ts';
import { matchingOrReference } from './reference.ts';

const image = matchingOrReference(
  /^\S+$/,
  'the name of an image, such as public.ecr.aws/docker/library/node:24',
).describe('Image with its registry and tag.');

const command = listOf(text, 'texts').describe(
  'The program and its arguments, in place of those of the image.',
);

const containerProperties = {
  image,
  command: command.exactOptional(),
  environment: environment.describe('Variables of every run.').exactOptional(),
  secrets: secrets.describe('Variables whose values are read when the container starts.').exactOptional(),
};

export const container = z.strictObject(containerProperties);

export const sidecar = z.strictObject({
  name: matching(/^[A-Za-z0-9_-]{1,255}$/, 'a name of 1 to 255 letters, digits, "-" and "_"').describe(
    'Name of the container in its task.',
  ),
  ...containerProperties,
});

export const resources = z.strictObject({
  cpu: numberFrom(0.25, 448).describe('In vCPU. On Fargate 0.25, 0.5, 1, 2, 4, 8 or 16.'),
  memory: wholeNumber(4, 24_000_000, 'MiB').describe('In MiB. Fargate allows certain values for each cpu.'),
  storage: wholeNumber(20, 200, 'GiB').describe('In GiB, on Fargate.').exactOptional(),
  architecture: z
    .enum(['x86_64', 'arm64'])
    .describe('Processor architecture; it has to be that of the image.')
    .exactOptional(),
  gpu: wholeNumber(1, 16).describe('Number of GPUs, on Batch with compute type ec2.').exactOptional(),
});
