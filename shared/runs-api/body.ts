import type { Context } from 'hono';

/** Reads a request's body, at most `mostBytes` of it: undefined when there is more. Throws when the client breaks off. */
export async function readBody(context: Context, mostBytes: number): Promise<Uint8Array | undefined> {
  if (Number(context.req.header('content-length') ?? 0) > mostBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
