import type { FailureClass } from './failure.ts';

/** What a run needs of its job, frozen into it when it is accepted: a deploy does not change a run under way. */
export type Plan = {
  /** The target's own part of the order: what to start. */
  readonly work: Work;
  readonly retry: Retry;
  /** Of one attempt, from when it runs. */
  readonly timeoutSeconds: number;
  /** Of waiting for a start to be taken and to run. */
  readonly startTimeoutSeconds: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutSeconds: number;
  /** Runs of the job that may begin in one hour of the clock. */
  readonly maxRunsPerHour?: number;
  /** Where it is reported when it has failed for good. */
  readonly onFailure?: FailureDestination;
};

/** ARN of a queue, a topic or an event bus. */
export type FailureDestination = { readonly type: 'sqs' | 'sns' | 'event-bus'; readonly arn: string };

export type Retry = {
  /** Runs in all, the first included. */
  readonly attempts: number;
  readonly intervalSeconds: number;
  readonly multiplier: number;
  readonly maxIntervalSeconds: number;
  readonly jitter: 'none' | 'full';
  readonly retryOn: readonly (FailureClass | { readonly exitCodes: readonly number[] })[];
};

/** What a target is to start, by target. */
export type Work = FargateWork | CodeBuildWork | BatchWork | StateMachineWork | ProcessWork | ImpossibleWork;

/** A task on Fargate. */
export type FargateWork = {
  readonly target: 'fargate';
  /** ARN. */
  readonly cluster: string;
  /** ARN with its revision; a family, or an ARN without a revision, means the newest. */
  readonly taskDefinition: string;
  /** The container that gets the event. */
  readonly container: string;
  readonly network: Network;
  /** FARGATE_SPOT first, on demand when that has no capacity. */
  readonly isSpot: boolean;
  /**
   * ARNs of the definition's own environment files for that container, which an override replaces; left out when they
   * are not known, because the definition is somebody else's.
   */
  readonly environmentFiles?: readonly string[];
  /** In place of what the definition says. `cpu` in vCPU, `memory` in MiB, `storage` in GiB. */
  readonly overrides?: {
    readonly cpu?: number;
    readonly memory?: number;
    readonly storage?: number;
    readonly taskRoleArn?: string;
    readonly executionRoleArn?: string;
  };
  /** Where the container's output goes: stream `<prefix>/<container>/<task id>`. */
  readonly logs?: { readonly group: string; readonly streamPrefix: string };
};

export type Network = {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: boolean;
};

/** A build of a CodeBuild project; `overrides` freezes what a later deploy would change in the project. */
export type CodeBuildWork = {
  readonly target: 'codebuild';
  readonly project: string;
  readonly overrides?: {
    readonly image?: string;
    readonly computeType?: string;
    readonly buildspec?: string;
  };
};

/** An execution of the state machine that was generated for a Batch job: it submits, waits and retries. */
export type BatchWork = {
  readonly target: 'batch';
  /** ARN. */
  readonly stateMachine: string;
  /** ARN. */
  readonly jobQueue: string;
  /** By the state machine; the plan's own has one attempt. */
  readonly retry: Retry;
  /** Of one try, from when it runs; the plan's own is that of the whole execution. */
  readonly tryTimeoutSeconds: number;
  /** Of one try's waiting in the queue. */
  readonly tryStartTimeoutSeconds: number;
  /** Of the definition's own command and variables as JSON, in bytes: Batch may count them with the event's. */
  readonly ownLength?: number;
};

/** An execution of a STANDARD state machine of the user's. */
export type StateMachineWork = {
  readonly target: 'state-machine';
  /** ARN; also of a version or an alias. */
  readonly stateMachine: string;
  /** false: the run has succeeded once the execution has started. */
  readonly waitsForEnd: boolean;
};

/** A command on this machine. `directory` is absolute. */
export type ProcessWork = {
  readonly target: 'process';
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** A job that cannot start where it was accepted; `reason` says what it lacks. */
export type ImpossibleWork = { readonly target: 'none'; readonly reason: string };
