import { z } from 'zod';
import { wholeFile } from './schema/file.ts';

/**
 * The JSON Schema of jobs.yml (draft-07, which editors know best), so that an editor completes properties and explains
 * them. It says what can be written; what fits together is known to parseJobs only.
 */
export function toJobsJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(wholeFile, {
    io: 'input',
    target: 'draft-7',
    reused: 'inline',
    unrepresentable: 'any', // an event's input can be any JSON
  });
  return {
    $schema,
    title: 'jobs.yml of Signalbox',
    description: 'Jobs, what they run on and which events start them.',
    ...schema,
  };
}
