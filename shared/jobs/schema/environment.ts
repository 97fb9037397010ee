import { z } from 'zod';
import type { Path } from '../mistake.ts';
import { secretArn } from './arns.ts';
import { listOf, matching } from './basics.ts';
import { reference } from './reference.ts';

/** Signalbox sets STP_…, TRACEPARENT and TRACESTATE itself. Shells cannot read names with other characters. */
export const environmentName = matching(
  /^(?!STP_|TRACEPARENT$|TRACESTATE$)[A-Za-z_][A-Za-z0-9_]*$/,
  'a name of letters, digits and "_" that starts with no digit, nor with STP_, which Signalbox sets itself, as it does TRACEPARENT and TRACESTATE',
);

/** A number, true or false is taken as text. */
export const environmentValue = z
  .union([z.string(), z.number(), z.boolean()], { error: 'text' })
  .transform(String);

export const environment = listOf(
  z.strictObject({
    name: environmentName.describe('Letters, digits and "_"; names starting with STP_ are taken.'),
    value: z
      .union([reference, environmentValue], { error: 'text' })
      .describe('Text; a number, true or false is taken as it is written. Not for secrets.'),
  }),
  'variables { name, value }',
);

export const secrets = listOf(
  z.strictObject({
    name: environmentName.describe('The environment variable that holds the secret.'),
    valueFrom: secretArn.describe('ARN of a Secrets Manager secret or of a Systems Manager parameter.'),
  }),
  'secrets { name, valueFrom }',
);

/** Whether a value of jobs.yml becomes an environment variable, which is text even where YAML sees a number. */
export function isEnvironmentValue(path: Path): boolean {
  const [jobs, , owner, ...rest] = path;
  if (jobs !== 'jobs') return false;
  if (owner === 'local') return rest.length === 2 && rest[0] === 'environment';
  const [list, , property] = owner === 'sidecars' ? rest.slice(1) : rest;
  const isOwner = owner === 'container' || owner === 'build' || owner === 'sidecars';
  const length = owner === 'sidecars' ? 4 : 3;
  return isOwner && rest.length === length && list === 'environment' && property === 'value';
}
