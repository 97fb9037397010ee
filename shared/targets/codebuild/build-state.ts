import type { Build } from '@aws-sdk/client-codebuild';
import type { EpochMs } from '../../runs/run.ts';

/** How it is with a build, whether CodeBuild was asked or told it in an event. */
export type BuildState = {
  readonly arn: string;
  /** IN_PROGRESS, SUCCEEDED, FAILED, FAULT, TIMED_OUT, STOPPED, or what CodeBuild may say one day. */
  readonly status: string;
  readonly isComplete: boolean;
  readonly startedAt?: EpochMs;
  readonly endedAt?: EpochMs;
  /** In the order in which they began. */
  readonly phases: readonly Phase[];
  /** Those with a plain value. */
  readonly variables: ReadonlyMap<string, string>;
  /** In CloudWatch Logs; not for a project that logs elsewhere or nowhere, nor before its container is there. */
  readonly logGroup?: string;
  readonly logStream?: string;
};

export type Phase = {
  readonly type: string;
  /** Like a build's, and CLIENT_ERROR in events; undefined while it goes on. */
  readonly status?: string;
  readonly startedAt?: EpochMs;
  readonly endedAt?: EpochMs;
  /** Why it failed. */
  readonly contexts: readonly Context[];
};

/** Such as COMMAND_EXECUTION_ERROR and "Error while executing command: make. Reason: exit status 2". */
export type Context = { readonly code: string; readonly message: string };

/** A build as BatchGetBuilds and StartBuild answer it; undefined for one without a name. */
export function toBuildState(build: Build): BuildState | undefined {
  const { arn, buildStatus = '', buildComplete, startTime, endTime, currentPhase, environment, logs } = build;
  if (arn === undefined) return undefined;
  const phases = (build.phases ?? []).map((phase) => ({
    type: phase.phaseType ?? '',
    ...(phase.phaseStatus === undefined ? {} : { status: phase.phaseStatus }),
    ...(phase.startTime === undefined ? {} : { startedAt: phase.startTime.getTime() }),
    ...(phase.endTime === undefined ? {} : { endedAt: phase.endTime.getTime() }),
    contexts: (phase.contexts ?? []).map(({ statusCode = '', message = '' }) => ({
      code: statusCode,
      message,
    })),
  }));
  const isListed = currentPhase === undefined || phases.some(({ type }) => type === currentPhase);
  const variables = (environment?.environmentVariables ?? []).flatMap(({ name, value, type }) =>
    name !== undefined && value !== undefined && isPlain(type) ? [[name, value] as const] : [],
  );
  return {
    arn,
    status: buildStatus,
    isComplete: buildComplete === true,
    ...(startTime === undefined ? {} : { startedAt: startTime.getTime() }),
    ...(endTime === undefined ? {} : { endedAt: endTime.getTime() }),
    phases: isListed ? phases : [...phases, { type: currentPhase, contexts: [] }],
    variables: new Map(variables),
    ...(logs?.groupName === undefined ? {} : { logGroup: logs.groupName }),
    ...(logs?.streamName === undefined ? {} : { logStream: logs.streamName }),
  };
}

/** Of the others a build shows the name of a secret or a parameter. */
export function isPlain(type: unknown): boolean {
  return type === undefined || type === null || type === 'PLAINTEXT';
}
