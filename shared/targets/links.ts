import type { Work } from '../runs/plan.ts';
import { toLinks as toBatchLinks } from './batch/links.ts';
import { toLinks as toCodeBuildLinks } from './codebuild/links.ts';
import type { Links } from './console.ts';
import { toLinks as toFargateLinks } from './fargate/links.ts';
import { toLinks as toStateMachineLinks } from './state-machine/links.ts';

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
