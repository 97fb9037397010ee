import type { OutgoingHttpHeaders } from 'node:http';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { atEnd } from './folder.ts';

/** What happens to one request on its way. */
export type Fault =
  /** It is answered with this, and never gets there. */
  | { readonly kind: 'answer'; readonly status: number; readonly contentType: string; readonly body: string }
  /** It never gets there, and nobody answers. */
  | { readonly kind: 'silence' }
  /** What it says is changed on its way. */
  | { readonly kind: 'edit'; readonly edit: (body: unknown) => void }
  /** It does what it asks for; then the connection breaks before the answer. */
  | { readonly kind: 'lost-answer' }
  /** Half of the answer's body comes, then nothing more; or then the connection breaks. */
  | { readonly kind: 'half-answer'; readonly end: 'silence' | 'break' };

export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of what asks in JSON, as SQS is asked. */
  readonly body: unknown;
};

export type FauxqsOptions = {
  /** How often the SDK asks; 3. */
  readonly maxAttempts?: number;
};

export type Fauxqs = {
  /** As `http://127.0.0.1:1234`. */
  readonly endpoint: string;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** What has arrived since the bucket or the queue was created, in its order. */
  readonly requests: SeenRequest[];
  /** The next requests meet these, one each. */
  readonly faults: Fault[];
  readonly stop: () => Promise<void>;
};

export const region = 'eu-west-1';
const credentials = { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'a-secret-of-the-tests' };

/** S3 and SQS by fauxqs, in this process and on loopback only, until the running test is over. */
export async function startFauxqs(options: FauxqsOptions = {}): Promise<Fauxqs> {
  const fauxqs = await openFauxqs(options);
  atEnd(fauxqs.stop);
  return fauxqs;
}

/** The same for a whole file of tests, which stops it. */
export async function openFauxqs({ maxAttempts = 3 }: FauxqsOptions = {}): Promise<Fauxqs> {
  const requests: SeenRequest[] = [];
  const faults: Fault[] = [];
  const met = new WeakMap<object, Fault>();
  const app = buildApp({ logger: false, defaultRegion: region });

  app.addHook('preHandler', async (request, reply) => {
    const { method, url, headers, body } = request;
    requests.push({ method, path: url, headers, body: Buffer.isBuffer(body) ? undefined : body });
    const fault = faults.shift();
    if (fault === undefined) return;
    met.set(request, fault);
    if (fault.kind === 'edit') fault.edit(body);
    if (fault.kind === 'silence') reply.hijack();
    if (fault.kind === 'answer') {
      await reply.status(fault.status).header('content-type', fault.contentType).send(fault.body);
    }
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    const fault = met.get(request);
    if (fault?.kind === 'lost-answer') request.raw.socket.destroy();
    else if (fault?.kind === 'half-answer' && Buffer.isBuffer(payload)) {
      reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
      reply.raw.write(payload.subarray(0, payload.length / 2), () => {
        if (fault.end === 'break') request.raw.socket.destroy();
      });
    } else done(null, payload);
  });

  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const common = { endpoint, region, credentials, maxAttempts };
  const s3 = new S3Client({ ...common, forcePathStyle: true });
  const sqs = new SQSClient(common);
  return {
    endpoint,
    s3,
    sqs,
    requests,
    faults,
    async stop() {
      s3.destroy();
      sqs.destroy();
      await app.close();
    },
  };
}

export async function createBucket({ s3, requests }: Fauxqs, name: string): Promise<string> {
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  requests.length = 0;
  return name;
}

/** Gives its URL at 127.0.0.1: fauxqs's own is of a host below `localhost`, whose name would have to be resolved. */
export async function createQueue({ sqs, requests, endpoint }: Fauxqs, name: string): Promise<string> {
  await sqs.send(new CreateQueueCommand({ QueueName: name }));
  requests.length = 0;
  return `${endpoint}/000000000000/${name}`;
}

/** What S3 answers when it refuses, as its documentation shows it. */
export function toS3Refusal(status: number, code: string, message: string): Fault {
  return {
    kind: 'answer',
    status,
    contentType: 'application/xml',
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>`,
  };
}

/** What SQS answers when it refuses, in its JSON protocol. */
export function toSqsRefusal(status: number, code: string, message: string): Fault {
  return {
    kind: 'answer',
    status,
    contentType: 'application/x-amz-json-1.0',
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
  };
}
