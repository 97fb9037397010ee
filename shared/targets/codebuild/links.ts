import type { CodeBuildWork } from '../../runs/plan.ts';
import { parseBuildArn } from './build-arn.ts';

/** Where a person finds a build; `logs` is where CodeBuild writes unless the project says otherwise. */
export type Links = {
  readonly console: string;
  readonly logs?: { readonly group: string; readonly stream: string };
};

/** Undefined when the external id is not a build's ARN. */
export function links(_work: CodeBuildWork, externalId: string): Links | undefined {
  const build = parseBuildArn(externalId);
  if (build === undefined) return undefined;
  const { partition, region, account, project, uuid } = build;
  const place = `${account}/projects/${project}/build/${encodeURIComponent(`${project}:${uuid}`)}`;
  return {
    console: `https://${toHost(partition, region)}/codesuite/codebuild/${place}/?region=${region}`,
    logs: { group: `/aws/codebuild/${project}`, stream: uuid },
  };
}

function toHost(partition: string, region: string): string {
  switch (partition) {
    case 'aws-cn':
      return 'console.amazonaws.cn';
    case 'aws-us-gov':
      return 'console.amazonaws-us-gov.com';
    default:
      return `${region}.console.aws.amazon.com`;
  }
}
