import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { call } from '../aws/call.ts';
import { type ClientOptions, requestHandler } from '../aws/client-options.ts';
import { toAwsFailure } from '../aws/errors.ts';
import { toStageError } from './stage-error.ts';

/** A function of the stage, called with a payload; gives its answer. */
export type StageFunction = {
  /**
   * `isRepeatable`: it may be sent again when no answer comes, as it does nothing a second time.
   * Throws FunctionFailed for what the function threw, UnknownOutcome when it may have done it and nobody knows,
   * StageError for the rest.
   */
  call(payload: unknown, isRepeatable: boolean): Promise<unknown>;
  close(): void;
};

/** The function threw. `errorType` is the error's name, as far as Lambda knows one. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** The function was called, and no answer came. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const mostPayloadBytes = 6_291_456;

/** A function that starts cold loads for some seconds, and records a run in a few more. */
const longestSeconds = 60;

const thrown = z.object({ errorType: z.string().default(''), errorMessage: z.string() });

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export function createStageFunction(
  options: ClientOptions & { readonly region: string },
  name: string,
  callSeconds = longestSeconds,
): StageFunction {
  const common = { ...options, requestHandler: { ...requestHandler, socketTimeout: callSeconds * 1000 } };
  const once = new LambdaClient({ ...common, maxAttempts: 1 });
  const thrice = new LambdaClient({ ...common, maxAttempts: 3 });
  return {
    async call(payload, isRepeatable) {
      const command = new InvokeCommand({
        FunctionName: name,
        Payload: Buffer.from(JSON.stringify(payload)),
      });
      const client = isRepeatable ? thrice : once;
      const answer = await call((sending) => client.send(command, sending), callSeconds).catch((error) => {
        if (!isRepeatable && isUnknown(error)) {
          throw new UnknownOutcome(`the function ${name} gave no answer: ${toAwsFailure(error).message}`, {
            cause: error,
          });
        }
        throw toStageError(error, { what: `the function ${name}`, region: options.region });
      });
      const told = parse(answer.Payload, name);
      if (answer.FunctionError === undefined) return told;
      const failure = thrown.safeParse(told);
      throw failure.success
        ? new FunctionFailed(failure.data.errorType, failure.data.errorMessage)
        : new FunctionFailed('', `${name} failed, and did not say why`);
    },
    close() {
      once.destroy();
      thrice.destroy();
    },
  };
}

/** Neither an answer of AWS's that refuses it, nor something that went wrong before it was sent. */
function isUnknown(error: unknown): boolean {
  const { name, status } = toAwsFailure(error);
  if (status !== undefined) return status >= 500 || status === 408;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return name !== 'CredentialsProviderError' && code !== 'ENOTFOUND' && code !== 'ECONNREFUSED';
}

function parse(payload: Uint8Array | undefined, name: string): unknown {
  const text = Buffer.from(payload ?? []).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new FunctionFailed('', `${name} answered with something that is no JSON`);
  }
}
