/** A process that loads a bundled function as Lambda does, and calls its handler with what its parent sends. */
import { createRequire } from 'node:module';
import type { Context } from 'aws-lambda';

type Loaded = { readonly handler: (payload: unknown, context: Context) => Promise<unknown> };
type Call = { readonly payload: unknown; readonly requestId: string };

const [, , bundle = ''] = process.argv;
const { handler }: Loaded = createRequire(import.meta.url)(bundle);

process.on('message', async ({ payload, requestId }: Call) => {
  try {
    // Lambda writes the answer down as JSON; what can't be written is an error of the function.
    const answer = JSON.stringify((await handler(payload, toContext(requestId))) ?? null);
    process.send?.({ requestId, answer });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
    process.send?.({ requestId, error: { name, message } });
  }
});
process.send?.({ isReady: true });

function toContext(awsRequestId: string): Context {
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
    getRemainingTimeInMillis: () => 30_000,
    done() {},
    fail() {},
    succeed() {},
  };
}
