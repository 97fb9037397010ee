/** Far below the five minutes that CodeBuild knows a token for, and below any Lambda's time. */
const longestSeconds = 10;

/**
 * One call to AWS that is given up after some time, however far it has come: an answer that comes later would find
 * nobody. Whether it did anything is not known then.
 */
export function call<T>(
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  seconds = longestSeconds,
): Promise<T> {
  return send({ abortSignal: AbortSignal.timeout(seconds * 1000) });
}
