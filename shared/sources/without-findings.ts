/**
 * What is wrong with a payload, as EventParseError, FieldError and an unreadable record say it, without what was found
 * in it: that may be a secret, and is for the ledger alone. What was found stands in quotes, before what was `expected`;
 * a quote in it is escaped, as in JSON.
 */
export function withoutFindings(message: string): string {
  const end = message.lastIndexOf(', expected ');
  const found = end === -1 ? message : message.slice(0, end);
  return found.replace(/"(?:[^"\\]|\\.)*"/gs, '"…"') + message.slice(found.length);
}
