import { z } from 'zod';
import type { SourceName } from '../../shared/events/trigger-event.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { sources } from '../../shared/sources/sources.ts';
import { invocation } from '../contract/source.ts';

/** A jobs.yml whose one job, `taker`, takes a payload of the corpus, and the payload as it would come then. */
export function toTaker(source: SourceName, original: unknown): { jobsYml: string; payload: unknown } {
  const payload = withWholeArns(original);
  const jobsYml = toJobsYml(toEvents(source, payload));
  // A tick says which rule it is of, as those of our own rules do.
  if (source === 'schedule')
    return { jobsYml, payload: { signalbox: { rule: ruleOf(jobsYml) }, event: payload } };
  return { jobsYml, payload };
}

/** AWS's samples have some that are none, which jobs.yml could not name. */
const wholeArns: Readonly<Record<string, string>> = {
  '"arn:aws:sns:EXAMPLE"': '"arn:aws:sns:us-east-1:123456789012:example"',
  '"arn:aws:kinesis:EXAMPLE"': '"arn:aws:kinesis:us-east-1:123456789012:stream/example"',
  '"stream-ARN"': '"arn:aws:dynamodb:us-east-1:123456789012:table/example/stream/2026-01-01T00:00:00.000"',
};

function withWholeArns(payload: unknown): unknown {
  let text = JSON.stringify(payload);
  for (const [sample, whole] of Object.entries(wholeArns)) text = text.replaceAll(sample, whole);
  return JSON.parse(text);
}

function toEvents(source: SourceName, payload: unknown): readonly object[] {
  const { sourceArn } = sources[source].parse(payload, invocation);
  const toEvent = (properties: object) => ({ type: source, properties });
  switch (source) {
    case 'http-api-gateway':
      return [toEvent({ httpApiGatewayName: 'any', method: 'ANY', path: '$default' })];
    case 'application-load-balancer':
      return [toEvent({ loadBalancerName: 'any', priority: 1, paths: ['*'] })];
    case 'sqs':
      return [toEvent({ sqsQueueArn: sourceArn })];
    case 'sns':
      return [toEvent({ snsTopicArn: sourceArn })];
    case 'event-bus':
      return [toEvent({ useDefaultBus: true, eventPattern: { source: [{ exists: true }] } })];
    case 'schedule':
      return [toEvent({ scheduleRate: 'rate(1 day)' })];
    case 's3':
      return eventNamesIn(payload).map((name) =>
        toEvent({ bucketArn: sourceArn, s3EventType: `s3:${name}` }),
      );
    case 'kinesis-stream':
    case 'dynamo-db-stream':
      return [toEvent({ streamArn: sourceArn })];
    case 'cloudwatch-log':
      return [toEvent({ logGroupArn: sourceArn })];
    case 'manual':
      throw new Error('the corpus has none');
  }
}

const changes = z.object({ Records: z.array(z.object({ eventName: z.string() })).min(1) });

function eventNamesIn(payload: unknown): readonly string[] {
  const names = changes.parse(payload).Records.map(({ eventName }) => eventName.replace(/^s3:/, ''));
  return [...new Set(names)];
}

/** Which is YAML too. */
function toJobsYml(events: readonly object[]): string {
  const taker = { target: 'process', local: { command: ['true'] }, events };
  return JSON.stringify({ service: 'corpus', jobs: { taker } });
}

function ruleOf(jobsYml: string): string {
  const [rule] = parseJobs(jobsYml, 'jobs.yml').jobs.flatMap(({ events }) => events);
  if (rule === undefined) throw new Error('the job has no event');
  return rule.id;
}
