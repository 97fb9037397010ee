import type { Batch } from '../stand-in/batch.ts';
import type { CodeBuild } from '../stand-in/codebuild.ts';
import type { Ecs } from '../stand-in/ecs.ts';
import type { CreateService } from '../stand-in/service.ts';
import type { StepFunctions } from '../stand-in/step-functions.ts';

/** The services that jobs run in, and what a test may do to them. */
export type Services = {
  readonly ecs: Ecs;
  readonly codeBuild: CodeBuild;
  readonly stepFunctions: StepFunctions;
  readonly batch: Batch;
  readonly create: readonly CreateService[];
};
