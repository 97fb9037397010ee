import { randomUUID } from 'node:crypto';
import type { Context as LambdaContext } from 'aws-lambda';
import { Hono } from 'hono';
import type { Trigger } from '../../router/trigger.ts';
import { readBody } from '../../runs-api/body.ts';
import { EventParseError, NoRuleError } from '../../sources/source.ts';
import { toMessage } from '../../to-message.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostBytes = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };

type InvocationType = keyof typeof mostBytes;

/**
 * Lambda's Invoke API for the trigger functions, so that any AWS SDK or `aws lambda invoke --endpoint-url` reaches them.
 * An `Event` invocation is answered when its runs are in the ledger, not before: there is no queue here to lose it from.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createInvokeApi(functions: ReadonlyMap<string, Trigger>): Hono {
  const api = new Hono();

  api.post('/2015-03-31/functions/:name/invocations', async (context) => {
    const name = toFunctionName(context.req.param('name'));
    const trigger = functions.get(name);
    if (trigger === undefined) {
      const known = [...functions.keys()].join(', ');
      return fail(404, 'ResourceNotFoundException', `Function not found: ${name}. This router has ${known}.`);
    }
    const type = toInvocationType(context.req.header('x-amz-invocation-type'));
    if (type === undefined) {
      const message = 'X-Amz-Invocation-Type is RequestResponse, Event or DryRun.';
      return fail(400, 'InvalidParameterValueException', message);
    }
    const body = await readBody(context, mostBytes[type]);
    if (body === undefined) {
      const message = `The payload of a ${type} invocation is at most ${mostBytes[type]} bytes.`;
      return fail(413, 'RequestTooLargeException', message);
    }
    const payload = parsePayload(body);
    if ('problem' in payload) {
      const message = `Could not parse request body into json: ${payload.problem}`;
      return fail(400, 'InvalidRequestContentException', message);
    }
    return type === 'DryRun'
      ? new Response(null, { status: 204 })
      : invoke(name, trigger, type, payload.value);
  });

  return api;
}

async function invoke(
  name: string,
  trigger: Trigger,
  type: InvocationType,
  payload: unknown,
): Promise<Response> {
  const requestId = randomUUID();
  const headers = { 'x-amzn-requestid': requestId, 'x-amz-executed-version': '$LATEST' };
  try {
    const answer = await trigger(payload, toContext(name, requestId));
    if (type === 'Event') return new Response(null, { status: 202, headers });
    return Response.json(answer ?? null, { headers });
  } catch (error) {
    if (type === 'Event' && !isRefused(error)) {
      // Lambda would keep the event and try again; here whoever sent it has to.
      return fail(500, 'ServiceException', toMessage(error), headers);
    }
    if (type === 'Event') return new Response(null, { status: 202, headers });
    const errorType = error instanceof Error ? error.name : 'Error';
    const told = { errorType, errorMessage: toMessage(error) };
    return Response.json(told, { headers: { ...headers, 'x-amz-function-error': 'Unhandled' } });
  }
}

/** A payload that no source takes: Lambda answers 202 all the same, and the log has the reason. */
function isRefused(error: unknown): boolean {
  return error instanceof EventParseError || error instanceof NoRuleError;
}

function parsePayload(body: Uint8Array): { value: unknown } | { problem: string } {
  if (body.byteLength === 0) return { value: {} };
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch (error) {
    return { problem: toMessage(error) };
  }
}

/** `name`, `name:version`, `123456789012:function:name` or an ARN: what Lambda takes. */
function toFunctionName(given: string): string {
  const parts = given.split(':');
  const at = parts.indexOf('function');
  return (at >= 0 ? parts[at + 1] : parts[0]) ?? '';
}

function toInvocationType(header = 'RequestResponse'): InvocationType | undefined {
  return Object.keys(mostBytes).find((type): type is InvocationType => type === header);
}

export function toContext(functionName: string, awsRequestId: string): LambdaContext {
  return {
    functionName,
    awsRequestId,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '256',
    logGroupName: 'local',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => 900_000,
    done() {},
    fail() {},
    succeed() {},
  };
}

function fail(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { Type: 'User', Message: message, message },
    { status, headers: { ...headers, 'x-amzn-errortype': type } },
  );
}
