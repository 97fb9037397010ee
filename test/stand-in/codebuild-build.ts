import type { Core } from './core.ts';

export const phaseTypes = [
  'SUBMITTED',
  'QUEUED',
  'PROVISIONING',
  'DOWNLOAD_SOURCE',
  'INSTALL',
  'PRE_BUILD',
  'BUILD',
  'POST_BUILD',
  'UPLOAD_ARTIFACTS',
  'FINALIZING',
  'COMPLETED',
] as const;

export type PhaseType = (typeof phaseTypes)[number];
export type Status = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'FAULT' | 'TIMED_OUT' | 'STOPPED';
export type PhaseStatus = Status | 'CLIENT_ERROR';
export type Context = { readonly statusCode: string; readonly message: string };

export type Phase = {
  readonly type: PhaseType;
  readonly startedAt: number;
  readonly status?: PhaseStatus;
  readonly endedAt?: number;
  readonly contexts?: readonly Context[];
};

export type Variable = { readonly name: string; readonly value: string; readonly type: string };

/** A build as its service keeps it. Times in milliseconds. */
export type Build = {
  readonly number: number;
  readonly project: string;
  readonly uuid: string;
  readonly arn: string;
  readonly initiator: string;
  readonly startedAt: number;
  readonly timeoutMinutes: number;
  readonly queuedTimeoutMinutes: number;
  readonly image: string;
  readonly computeType: string;
  readonly variables: readonly Variable[];
  /** What runs in its container; a course takes its time and needs no process. */
  readonly work: Work;
  status: Status;
  endedAt: number | undefined;
  phases: readonly Phase[];
};

export type Work =
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'course'; readonly seconds: number; readonly exitCode: number }
  /** It gets as far as that phase. */
  | { readonly kind: 'breaks'; readonly breaks: Break };

export type Break = {
  readonly phase: PhaseType;
  readonly status: 'FAILED' | 'FAULT';
  readonly phaseStatus: PhaseStatus;
  readonly context: Context;
};

export function toId({ project, uuid }: Build): string {
  return `${project}:${uuid}`;
}

export function currentPhase(build: Build): Phase {
  const phase = build.phases.at(-1);
  if (phase === undefined) throw new Error('a build has a phase from its beginning');
  return phase;
}

/** Ends the phase under way. */
export function endPhase(build: Build, status: PhaseStatus, at: number, context?: Context): void {
  const phase = currentPhase(build);
  const contexts = context === undefined ? [] : [context];
  build.phases = [...build.phases.slice(0, -1), { ...phase, status, endedAt: at, contexts }];
}

export function beginPhase(build: Build, type: PhaseType, at: number): void {
  build.phases = [...build.phases, { type, startedAt: at }];
}

/** As BatchGetBuilds and StartBuild answer it: times in seconds, and no phase is a CLIENT_ERROR there. */
export function toAnswer(build: Build, core: Core): unknown {
  const isComplete = build.status !== 'IN_PROGRESS';
  return {
    id: toId(build),
    arn: build.arn,
    buildNumber: build.number,
    projectName: build.project,
    startTime: build.startedAt / 1000,
    ...(build.endedAt === undefined ? {} : { endTime: build.endedAt / 1000 }),
    currentPhase: currentPhase(build).type,
    buildStatus: build.status,
    buildComplete: isComplete,
    phases: build.phases.map(({ type, status, startedAt, endedAt, contexts }) => ({
      phaseType: type,
      ...(status === undefined ? {} : { phaseStatus: status === 'CLIENT_ERROR' ? 'FAILED' : status }),
      startTime: startedAt / 1000,
      ...(endedAt === undefined
        ? {}
        : { endTime: endedAt / 1000, durationInSeconds: toSeconds(startedAt, endedAt) }),
      ...(contexts === undefined ? {} : { contexts }),
    })),
    source: { type: 'NO_SOURCE', buildspec: 'version: 0.2' },
    environment: {
      type: 'LINUX_CONTAINER',
      image: build.image,
      computeType: build.computeType,
      environmentVariables: build.variables,
      privilegedMode: false,
    },
    serviceRole: core.toArn('iam', 'role/builds'),
    logs: { groupName: `/aws/codebuild/${build.project}`, streamName: build.uuid },
    timeoutInMinutes: build.timeoutMinutes,
    queuedTimeoutInMinutes: build.queuedTimeoutMinutes,
    initiator: build.initiator,
    encryptionKey: core.toArn('kms', 'alias/aws/s3'),
  };
}

export function toSeconds(startedAt: number, endedAt: number): number {
  return Math.floor((endedAt - startedAt) / 1000);
}
