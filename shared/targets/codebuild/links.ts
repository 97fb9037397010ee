import type { CodeBuildWork } from '../../runs/plan.ts';
import { type Links, toConsole } from '../console.ts';
import { parseBuildArn } from './build-arn.ts';

/**
 * Where a person finds a build; `logs` is where CodeBuild writes unless the project says otherwise. Undefined when the
 * external id is not a build's ARN.
 */
export function toLinks(_work: CodeBuildWork, externalId: string): Links | undefined {
  const build = parseBuildArn(externalId);
  if (build === undefined) return undefined;
  const { partition, region, account, project, uuid } = build;
  const place = `${account}/projects/${project}/build/${encodeURIComponent(`${project}:${uuid}`)}`;
  return {
    console: toConsole(partition, region, `codesuite/codebuild/${place}/?region=${region}`),
    logs: { group: `/aws/codebuild/${project}`, stream: uuid },
  };
}
