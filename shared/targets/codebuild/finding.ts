import { toReason } from '../../aws/errors.ts';
import type { Cause, FailureClass } from '../../runs/failure.ts';
import type { EpochMs } from '../../runs/run.ts';
import { toDetails } from '../details.ts';
import type { Finding } from '../target.ts';
import type { BuildState, Context, Phase } from './build-state.ts';

/** A build that got no further ran nothing of the job's. */
const beforeTheJob: readonly string[] = ['SUBMITTED', 'QUEUED', 'PROVISIONING'];
/** What CodeBuild does after any build, however far it came. */
const afterAll: readonly string[] = ['FINALIZING', 'COMPLETED'];
/** The job's own, but nothing that counts as its work yet. */
const preparing: readonly string[] = ['DOWNLOAD_SOURCE', 'INSTALL', 'PRE_BUILD'];

/** AWS's quotas of EC2 and others, which a project in a VPC meets before its container starts. */
const throttledText = /RequestLimitExceeded|rate exceeded|throttl|too many requests/i;

/**
 * What a build's state means to a run. Only a job that ran and failed uses an attempt: what happened to a build before
 * its container ran, and what CodeBuild itself broke before the job's work began, is started again.
 *
 * Statuses, phases and codes: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details.html and
 * https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html. There is no field for an exit code.
 */
export function toFinding(build: BuildState, now: EpochMs): Finding {
  const begun = build.phases.find(({ type }) => isOfTheJob(type));
  const startedAt = begun && (begun.startedAt ?? build.startedAt ?? now);
  const since = startedAt === undefined ? {} : { startedAt };
  // Without phases it isn't known how far it came; what may have run is not run again.
  const neverRan = begun === undefined && build.phases.length > 0;
  const failed = toFailed(build.phases);
  const about = toDetails({
    ...toExitCode(failed),
    stopCode: failed?.type,
    stopReason: toText(failed),
    logGroup: build.logGroup,
    logStream: build.logStream,
  });
  const endedAt = build.endedAt ?? toEnd(build.phases) ?? now;
  const end = { state: 'ended', ...since, endedAt, ...about } as const;
  const failure = (failureClass: FailureClass, what: string): Cause => ({
    class: failureClass,
    reason: toReason(failed === undefined ? what : `${what} in ${describe(failed)}`),
  });

  switch (build.status) {
    case 'SUCCEEDED':
      return end;
    case 'STOPPED':
      return { ...end, failure: failure('stopped', 'the build was stopped') };
    case 'TIMED_OUT':
      return neverRan
        ? { state: 'never-started', cause: failure('no-capacity', 'the build waited too long for its turn') }
        : { ...end, failure: failure('timed-out', 'the build timed out') };
    case 'FAILED': {
      const kind = toKind(failed);
      if (kind !== undefined) return { ...end, failure: failure(kind, 'the build failed') };
      if (neverRan) {
        const isThrottled = throttledText.test(toText(failed));
        const cause = failure(isThrottled ? 'throttled' : 'target-unavailable', 'the build could not begin');
        return { state: 'never-started', cause };
      }
      return { ...end, failure: { ...failure('exit-code', 'the build failed'), ...toExitCode(failed) } };
    }
    case 'FAULT': {
      const what = 'CodeBuild itself had a fault';
      if (neverRan) return { state: 'never-started', cause: failure('target-unavailable', what) };
      const worked = build.phases.some(({ type }) => isOfTheJob(type) && !preparing.includes(type));
      return {
        ...end,
        failure: failure(begun !== undefined && !worked ? 'target-unavailable' : 'lost', what),
      };
    }
    default:
      if (build.isComplete) {
        return {
          ...end,
          failure: failure('lost', `the build ended with the unknown status "${build.status}"`),
        };
      }
      return startedAt === undefined ? { state: 'pending' } : { state: 'running', startedAt, ...about };
  }
}

function isOfTheJob(phase: string): boolean {
  return !beforeTheJob.includes(phase) && !afterAll.includes(phase);
}

/** The first that went wrong: those after it only follow from it. */
function toFailed(phases: readonly Phase[]): Phase | undefined {
  return phases.find(
    ({ status }) => status !== undefined && status !== 'SUCCEEDED' && status !== 'IN_PROGRESS',
  );
}

function toEnd(phases: readonly Phase[]): EpochMs | undefined {
  const completed = phases.find(({ type }) => type === 'COMPLETED')?.startedAt;
  return completed ?? phases.findLast(({ endedAt }) => endedAt !== undefined)?.endedAt;
}

/** What a code says of the failure, where it says more than that something failed. */
function toKind(failed: Phase | undefined): FailureClass | undefined {
  const codes = failed?.contexts.map(({ code }) => code) ?? [];
  if (codes.includes('BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE')) return 'image-pull';
  // "Build container died because it was out of memory, or the Docker image is not supported."
  if (codes.some((code) => code.endsWith('BUILD_CONTAINER_DEAD'))) return 'out-of-memory';
  return undefined;
}

/** At the message's end: a command that is quoted in it may speak of exit statuses, too. */
const exitStatus = /\breason: exit (?:status|code):? (\d{1,10})[.\s]*$/i;

function toExitCode(failed: Phase | undefined): { readonly exitCode?: number } {
  for (const { message } of failed?.contexts ?? []) {
    const code = exitStatus.exec(message)?.[1];
    if (code !== undefined) return { exitCode: Number(code) };
  }
  return {};
}

function describe(failed: Phase): string {
  const text = toText(failed);
  return text === '' ? failed.type : `${failed.type}: ${text}`;
}

function toText(failed: Phase | undefined): string {
  return (failed?.contexts ?? [])
    .map(toContextText)
    .filter((text) => text !== '')
    .join('; ');
}

function toContextText({ code, message }: Context): string {
  return [code, message].filter((text) => text !== '').join(': ');
}
