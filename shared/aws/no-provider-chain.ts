/**
 * Stands in a function's bundle where the SDK's clients import their chain of credential providers, a third of their
 * code: what Lambda sets in the environment is given to each client, so the chain is never asked.
 */
export function defaultProvider(): () => Promise<never> {
  return async () => {
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing from the environment');
  };
}
