import { parseJobs } from '../../../shared/jobs/parse.ts';
import { toWarnings } from '../../../shared/jobs/warnings/warnings.ts';

export type TestStatement = { readonly [property: string]: unknown };

/** A CodeBuild job that is started by these events and may do what the statements say. */
export function job(
  events: readonly unknown[],
  iamRoleStatements?: readonly TestStatement[],
  more: { readonly [property: string]: unknown } = {},
) {
  const build = { image: 'aws/codebuild/standard:7.0', computeType: 'BUILD_GENERAL1_SMALL', commands: ['x'] };
  return { target: 'codebuild', build, events, ...(iamRoleStatements && { iamRoleStatements }), ...more };
}

export function allow(action: string | readonly string[], ...resources: string[]): TestStatement {
  return { Effect: 'Allow', Action: action, Resource: resources };
}

export function deny(action: string | readonly string[], ...resources: string[]): TestStatement {
  return { Effect: 'Deny', Action: action, Resource: resources };
}

/** The messages that jobs.yml is warned with. */
export function warningsOf(
  jobs: { readonly [name: string]: unknown },
  settings: { readonly [property: string]: unknown } = {},
): readonly string[] {
  const text = JSON.stringify({ service: 'shop', ...settings, jobs });
  return toWarnings(parseJobs(text, 'jobs.yml')).map(({ message }) => message);
}
