/** A process that loads a bundled function as Lambda does, and calls its handler with what its parent sends. */
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Context } from 'aws-lambda';
import type { Answered, Call } from './lambda.ts';

type Loaded = { readonly handler: (payload: unknown, context: Context) => Promise<unknown> };

const [, , bundle = ''] = process.argv;
const { handler }: Loaded = createRequire(import.meta.url)(bundle);

process.on('message', async ({ payload, requestId, remainingMs = 30_000 }: Call) => {
  const answered = await answer(() => handler(payload, toContext(requestId, remainingMs)));
  process.send?.({ requestId, answered });
});
// What this process itself holds open: its channel to the parent, and its log.
process.stdout.write('');
const own = process.getActiveResourcesInfo();
process.send?.({ isReady: true });

async function answer(call: () => Promise<unknown>): Promise<Answered> {
  try {
    const given = await call();
    const underWay = await findUnderWay();
    // Lambda writes the answer down as JSON; what can't be written is an error of the function.
    const text = JSON.stringify(given ?? null);
    const answer: unknown = JSON.parse(text);
    return { answer, isJson: isDeepStrictEqual(answer, given), underWay };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
    return { error: { name, message }, underWay: await findUnderWay() };
  }
}

/** Requests and timers that the handler has left open. The request that woke it last is open until the next turn. */
async function findUnderWay(): Promise<readonly string[]> {
  await turn();
  const rest = process.getActiveResourcesInfo();
  for (const each of own) if (rest.includes(each)) rest.splice(rest.indexOf(each), 1);
  return rest;
}

function toContext(awsRequestId: string, remainingMs: number): Context {
  const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
  return {
    functionName,
    awsRequestId,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${functionName}`,
    memoryLimitInMB: '256',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: '2026/11/20/[$LATEST]0',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => remainingMs,
    done() {},
    fail() {},
    succeed() {},
  };
}
