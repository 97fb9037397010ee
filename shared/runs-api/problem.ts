import { STATUS_CODES } from 'node:http';

/** An error as a program can read it: https://www.rfc-editor.org/rfc/rfc9457 */
export function problem(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail },
    { status, headers: { ...headers, 'content-type': 'application/problem+json' } },
  );
}
