import type { JobsFile } from '../../shared/jobs/schema/file.ts';
import { account, region } from '../stand-in/core.ts';
import { type JobKind, jobKinds, toJobName } from './deliveries.ts';

export const apiName = 'chaos';

export function toQueueArn(job: string): string {
  return `arn:aws:sqs:${region}:${account}:${job}`;
}

/** jobs.yml, as JSON: the three jobs of each target, each with all its sources; `toProperties` is the target's part. */
export function toJobsFile(
  targets: readonly string[],
  toProperties: (target: string, kind: JobKind) => Readonly<Record<string, unknown>>,
): string {
  const jobs = targets.flatMap((target) =>
    jobKinds.map((kind) => {
      const name = toJobName(kind, target);
      return [name, { target, ...toProperties(target, kind), events: toEvents(name, kind) }] as const;
    }),
  );
  return JSON.stringify({ service: 'chaos', announcements: 'none', jobs: Object.fromEntries(jobs) });
}

function toEvents(name: string, kind: JobKind): readonly unknown[] {
  const sqsQueueArn = toQueueArn(name);
  if (kind === 'together') return [{ type: 'sqs', properties: { sqsQueueArn, batching: 'delivery' } }];
  return [
    { type: 'sqs', properties: { sqsQueueArn, batching: 'record' } },
    {
      type: 'http-api-gateway',
      properties: { httpApiGatewayName: apiName, method: 'POST', path: `/${name}`, payloadFormat: '2.0' },
    },
    {
      type: 'event-bus',
      properties: { useDefaultBus: true, eventPattern: { 'detail-type': [name] } },
    },
  ];
}

/** The rule of a job's events from the bus, which EventBridge's marker names. */
export function toBusRule(file: JobsFile, job: string): string {
  const rule = file.jobs.find(({ name }) => name === job)?.events.find(({ type }) => type === 'event-bus');
  if (rule === undefined) throw new Error(`the job ${job} has no events of a bus`);
  return rule.id;
}

/** How many attempts a run of that job may have. */
export function toMostAttempts(file: JobsFile, job: string): number {
  const found = file.jobs.find(({ name }) => name === job);
  if (found === undefined) throw new Error(`there is no job ${job}`);
  return found.retryConfig.attempts;
}
