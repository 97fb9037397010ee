/** In AWS's own format; the SDK finds the rest by itself. */
export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type ClientOptions = {
  readonly region?: string;
  /** Of the AWS CLI's configuration; only the SDK's default chain looks at it. */
  readonly profile?: string;
  /** Left out, the SDK's default chain of providers looks for them. */
  readonly credentials?: () => Promise<AwsCredentials>;
  /** Left out, AWS's own, or what AWS_ENDPOINT_URL_… say. */
  readonly endpoint?: string;
  /** Of SQS; false: a queue's URL only names it, and its host is not called. */
  readonly useQueueUrlAsEndpoint?: boolean;
};

/** Milliseconds; whoever calls sets the longest time for the whole call. Connections are kept. */
export const requestHandler = {
  connectionTimeout: 2_000,
  socketTimeout: 30_000,
  httpsAgent: { maxSockets: 100 },
} as const;
