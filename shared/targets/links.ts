import type { Work } from '../runs/plan.ts';
import { links as toBatchLinks } from './batch/links.ts';
import { links as toCodeBuildLinks } from './codebuild/links.ts';
import { toLinks as toFargateLinks } from './fargate/links.ts';
import { links as toStateMachineLinks } from './state-machine/links.ts';

/** Where a person looks at what was started: a page of the AWS console, and the log stream. */
export type Links = {
  readonly console: string;
  readonly logs?: { readonly group: string; readonly stream: string };
};

/** Of what a target started, by its ARN; undefined where there is no such page. */
export function toLinks(work: Work, externalId: string): Links | undefined {
  switch (work.target) {
    case 'fargate':
      return toFargateLinks(work, externalId);
    case 'codebuild':
      return toCodeBuildLinks(work, externalId);
    case 'batch':
      return toBatchLinks(work, externalId);
    case 'state-machine':
      return toStateMachineLinks(work, externalId);
    default:
      return undefined;
  }
}
