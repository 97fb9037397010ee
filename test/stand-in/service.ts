import type { Core } from './core.ts';

/** What an operation answers with instead of its result; the SDK makes an exception of that name of it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** As the service's model has it, such as InvalidParameterException. */
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** An answer that says something in its headers too. */
export class Answer {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: unknown, headers: Readonly<Record<string, string>>) {
    this.body = body;
    this.headers = headers;
  }
}

export type OperationContext = {
  /** Of the request, for a service that has names in it. */
  readonly path?: string;
  /** The service acts a second time on one request: as if it had never seen its token. */
  readonly isSecond: boolean;
};

/** Takes a request's body as it came; gives the answer's body, or an Answer. Throws ServiceError. */
export type Operation = (request: Readonly<Record<string, unknown>>, context: OperationContext) => unknown;

/** One AWS service: its operations by their names in the service's model. */
export type Service = {
  /** As botocore names it: ecs, codebuild, stepfunctions, batch. */
  readonly name: string;
  /** JSON protocol: what stands before the "." in x-amz-target. */
  readonly targetPrefix?: string;
  /** REST protocol: paths by operation, such as { SubmitJob: '/v1/submitjob' }; all are POST. */
  readonly paths?: Readonly<Record<string, string | RegExp>>;
  readonly operations: Readonly<Record<string, Operation>>;
  /** Ends whatever runs in it. */
  readonly close?: () => Promise<void> | void;
};

export type CreateService = (core: Core) => Service;
