import { z } from 'zod';

/** The lines that a trigger function writes, to the last key: what isn't here is not logged. */
const head = {
  timestamp: z.iso.datetime(),
  message: z.string().min(1),
  requestId: z.string().min(1),
  source: z.string().min(1),
};

const about = {
  ...head,
  sourceArn: z.string().startsWith('arn:'),
  eventId: z.string().min(1),
  records: z.int().min(0),
  runs: z.array(
    z.strictObject({
      job: z.string(),
      runId: z.string().regex(/^[0-9a-z]{26}$/),
      status: z.string(),
      outcome: z.enum(['accepted', 'duplicate', 'conflict']),
    }),
  ),
};

const reason = { error: z.string().min(1), reason: z.string().min(1) };

const logLine = z.union([
  z.strictObject({ level: z.literal('INFO'), ...about }),
  z.strictObject({
    level: z.literal('ERROR'),
    ...about,
    unrecorded: z.array(z.strictObject({ job: z.string(), records: z.array(z.int()), ...reason })).min(1),
  }),
  z.strictObject({ level: z.literal('WARN'), ...head, ...reason }),
]);

export type LogLine = z.output<typeof logLine>;

/** Throws for a line that is not as it should be. */
export function parseLogLines(lines: readonly string[]): readonly LogLine[] {
  return lines.map((line) => logLine.parse(JSON.parse(line)));
}
