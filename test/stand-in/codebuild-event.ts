import type { Build, Phase } from './codebuild-build.ts';
import { toSeconds } from './codebuild-build.ts';
import type { ServiceEvent } from './core.ts';
import { region } from './core.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * "CodeBuild Build State Change", in the shape of
 * https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html: keys in kebab case,
 * numbers as doubles, times without a zone, and a phase that goes on has neither status nor end.
 */
export function toStateChange(
  build: Build,
): Pick<ServiceEvent, 'source' | 'detail-type' | 'resources' | 'detail'> {
  const { project, uuid, arn, status, phases } = build;
  const logs = `https://console.aws.amazon.com/cloudwatch/home?region=${region}#logEvent:group=`;
  const hasLogs = phases.some(({ type }) => type === 'DOWNLOAD_SOURCE');
  const group = `/aws/codebuild/${project}`;
  return {
    source: 'aws.codebuild',
    'detail-type': 'CodeBuild Build State Change',
    resources: [arn],
    detail: {
      'build-status': status,
      'project-name': project,
      'build-id': arn,
      'additional-information': {
        cache: { type: 'NO_CACHE' },
        'build-number': build.number,
        'timeout-in-minutes': build.timeoutMinutes,
        'queued-timeout-in-minutes': build.queuedTimeoutMinutes,
        'build-complete': status !== 'IN_PROGRESS',
        initiator: build.initiator,
        'build-start-time': writeTime(build.startedAt),
        source: { type: 'NO_SOURCE' },
        artifact: { location: '' },
        environment: {
          image: build.image,
          'privileged-mode': false,
          'image-pull-credentials-type': 'CODEBUILD',
          'compute-type': build.computeType,
          type: 'LINUX_CONTAINER',
          'environment-variables': build.variables.map(({ name, value, type }) => ({ name, type, value })),
        },
        logs: hasLogs
          ? { 'group-name': group, 'stream-name': uuid, 'deep-link': `${logs}${group};stream=${uuid}` }
          : { 'deep-link': `${logs}null;stream=null` },
        phases: phases.map(toPhase),
      },
      'current-phase': phases.at(-1)?.type,
      'current-phase-context': '[]',
      version: '1',
    },
  };
}

function toPhase({ type, status, startedAt, endedAt, contexts = [] }: Phase): unknown {
  return {
    ...(endedAt === undefined
      ? {}
      : {
          'phase-context': contexts.map(({ statusCode, message }) => `${statusCode}: ${message}`),
          'end-time': writeTime(endedAt),
          'duration-in-seconds': toSeconds(startedAt, endedAt),
          'phase-status': status,
        }),
    'start-time': writeTime(startedAt),
    'phase-type': type,
  };
}

/** As Java writes it: Sep 1, 2017 4:12:29 PM. */
export function writeTime(at: number): string {
  const time = new Date(at);
  const hour = time.getUTCHours();
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${months[time.getUTCMonth()]} ${time.getUTCDate()}, ${time.getUTCFullYear()}`;
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  return `${day} ${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}
