import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { AwsCall } from '../iam/needs.ts';

/** A call, and whose credentials it was signed with. */
export type RecordedCall = AwsCall & { readonly caller: string };

export type Recorder = {
  /** As `http://127.0.0.1:1234`: the endpoint of every service. */
  readonly url: string;
  /** In the order they came. */
  readonly calls: readonly RecordedCall[];
  /** From now on these operations are done and answered with an error: by name, what the service calls it. */
  readonly deny: (errors: Readonly<Record<string, string>>) => void;
  readonly close: () => Promise<void>;
};

/** Stands before services and notes who asks what of them. `backends`: URLs by the service that requests are signed for. */
export async function startRecorder(backends: Readonly<Record<string, string>>): Promise<Recorder> {
  const calls: RecordedCall[] = [];
  const problems: string[] = [];
  let denied: Readonly<Record<string, string>> = {};
  const server = createServer((message, response) => {
    pass(message, response).catch((error: unknown) => {
      problems.push(String(error));
      response.destroy();
    });
  });
  // A connection that is closed just as it is used again looks like a call that was lost.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    deny(errors) {
      denied = errors;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      if (problems.length > 0) throw new Error(`the recorder could not pass on: ${problems.join('; ')}`);
    },
  };

  async function pass(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(message);
    const call = toCall(message, body);
    calls.push(call);
    const backend = backends[call.service];
    if (backend === undefined) throw new Error(`no ${call.service} is there for ${call.operation}`);
    const { method, headers, url } = message;
    const onwards = send(new URL(url ?? '', backend), {
      method,
      headers: { ...headers, connection: 'close' },
    });
    onwards.end(body);
    const [answer]: IncomingMessage[] = await once(onwards, 'response');
    if (answer === undefined) throw new Error('no answer');
    const error = denied[call.operation];
    if (error === undefined) {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
      return;
    }
    answer.resume();
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error });
    response.end(JSON.stringify({ __type: error, message: 'idempotency mismatch' }));
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const credential = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

function toCall(message: IncomingMessage, body: Buffer): RecordedCall {
  const [, caller = '', region = '', service = ''] =
    credential.exec(message.headers.authorization ?? '') ?? [];
  if (caller === '') throw new Error(`${message.url} is not signed`);
  return { caller, region, service, ...toOperation(message, body, service) };
}

/** Each protocol has it elsewhere. */
function toOperation(
  { headers, url = '', method = '' }: IncomingMessage,
  body: Buffer,
  service: string,
): Pick<AwsCall, 'operation' | 'request'> {
  const [, operation] = String(headers['x-amz-target'] ?? '').split('.');
  if (operation !== undefined) return { operation, request: JSON.parse(body.toString()) };
  const { pathname } = new URL(url, 'http://localhost');
  switch (service) {
    case 's3': {
      const [, bucket = '', ...key] = pathname.split('/').map(decodeURIComponent);
      return { operation: s3Operations[method] ?? method, request: { Bucket: bucket, Key: key.join('/') } };
    }
    case 'sns': {
      const form = Object.fromEntries(new URLSearchParams(body.toString()));
      return { operation: form['Action'] ?? '', request: form };
    }
    default:
      return { operation: batchOperations[pathname] ?? pathname, request: JSON.parse(body.toString()) };
  }
}

/** Of an object. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
const s3Operations: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  DELETE: 'DeleteObject',
};

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html */
const batchOperations: Readonly<Record<string, string>> = {
  '/v1/canceljob': 'CancelJob',
  '/v1/describejobs': 'DescribeJobs',
  '/v1/listjobs': 'ListJobs',
  '/v1/terminatejob': 'TerminateJob',
};
