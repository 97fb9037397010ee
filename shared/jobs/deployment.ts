import type { Network } from '../runs/plan.ts';

/** What the stack made for a job, or what jobs.yml says is there already. */
export type DeployedJob =
  | {
      readonly target: 'fargate';
      /** ARN, or a family. */
      readonly taskDefinition: string;
      readonly logs?: { readonly group: string; readonly streamPrefix: string };
    }
  | { readonly target: 'codebuild'; readonly project: string }
  | {
      readonly target: 'batch';
      readonly stateMachine: string;
      readonly jobQueue: string;
      /** Of the command and the variables of the stack's own definition, as JSON, in bytes. */
      readonly ownLength?: number;
    };

/** What jobs.yml was deployed as: names and ARNs that runs are started with. Made by a deploy, read at cold start. */
export type Deployment = {
  /** ARN; left out when no task needs it. */
  readonly cluster?: string;
  /** Left out when no task needs it. */
  readonly network?: Network;
  /** By the name of the job; those that need nothing are left out. */
  readonly jobs: Readonly<Record<string, DeployedJob>>;
};
