import { randomUUID } from 'node:crypto';
import type { Core } from './core.ts';
import { Answer, type Service, ServiceError } from './service.ts';

/** What a function does with a payload; what it throws is an error of the function, not of the call. */
export type LambdaFunctionOf = (payload: unknown, requestId: string) => Promise<unknown>;

const pathShape = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/**
 * Lambda's synchronous Invoke. Every call of a function has a request id of its own, also one that its caller sent
 * again. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createLambda(functions: Readonly<Record<string, LambdaFunctionOf>>) {
  return ({ toArn }: Core): Service => ({
    name: 'lambda',
    paths: { Invoke: pathShape },
    operations: {
      async Invoke(payload, { path = '' }) {
        const name = decodeURIComponent(pathShape.exec(path)?.[1] ?? '');
        const handler = functions[name];
        if (handler === undefined) {
          const message = `Function not found: ${toArn('lambda', `function:${name}`)}`;
          throw new ServiceError('ResourceNotFoundException', message, 404, { Type: 'User' });
        }
        const version = { 'x-amz-executed-version': '$LATEST' };
        try {
          return new Answer((await handler(payload, randomUUID())) ?? null, version);
        } catch (error) {
          const { name: errorType, message: errorMessage } = error instanceof Error ? error : new Error();
          return new Answer(
            { errorType, errorMessage, trace: [] },
            { ...version, 'x-amz-function-error': 'Unhandled' },
          );
        }
      },
    },
  });
}
