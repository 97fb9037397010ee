import type { MiddlewareHandler } from 'hono';
import { problem } from '../../runs-api/problem.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Lets in what this machine asks for itself. A page from elsewhere can make a browser send requests to the loopback
 * address, by its own name for it (DNS rebinding) or blindly (forgery): the Host and Origin headers give both away.
 */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host');
  if (!isLoopback(`http://${host}`))
    return problem(403, `This router answers on the loopback address only, not as ${host}.`);
  const origin = context.req.header('origin');
  if (origin !== undefined && !isLoopback(origin))
    return problem(403, `Pages of ${origin} may not use this router.`);
  await next();
};

function isLoopback(url: string): boolean {
  const name = URL.canParse(url) ? new URL(url).hostname : '';
  return loopback.has(name) || name.endsWith('.localhost');
}
