/** The event sources that can start a job, by the names that jobs.yml uses. */
export const sourceNames = [
  'http-api-gateway',
  'application-load-balancer',
  'sqs',
  'sns',
  'event-bus',
  'schedule',
  's3',
  'kinesis-stream',
  'dynamo-db-stream',
  'cloudwatch-log',
  'manual',
] as const;

export type SourceName = (typeof sourceNames)[number];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * One thing that happened, as a CloudEvents 1.0 event in JSON.
 * `time` is ISO 8601 in UTC.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: { readonly [key: string]: Json };
};

/** What a job finds in STP_TRIGGER_EVENT_DATA: the same shape for every source. */
export type TriggerEvent = {
  /** Stable across redeliveries. */
  readonly id: string;
  readonly source: SourceName;
  readonly sourceArn: string;
  readonly time: string;
  readonly records: readonly CloudEvent[];
};
