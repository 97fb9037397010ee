import { dirname } from 'node:path';
import { Command } from 'commander';
import { toLocalPlan } from '../shared/jobs/local-plan.ts';
import { createRoutingTable } from '../shared/jobs/routing-table.ts';
import { everySource } from '../shared/jobs/rules/every-source.ts';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import { type ExplainParts, type Explanation, explain } from '../shared/router/explain.ts';
import { EventFileError, readPayloadFile } from './event-file.ts';
import { exitCodes } from './exit.ts';
import { toExplanationText } from './explanation-text.ts';
import { findJobsFileIfAny, readJobsFile } from './jobs-file.ts';
import type { Shell } from './shell.ts';

/** `signalbox explain`: what Signalbox makes of payloads, without recording or starting anything. */
export function createExplain(shell: Shell): Command {
  const { environment, print } = shell;
  return new Command('explain')
    .description('Tell which source sent an event, which rules of jobs.yml take it, and what jobs would get.')
    .requiredOption(
      '--event <file...>',
      'payloads as a Lambda function receives them; - reads one from stdin',
    )
    .option('--json', 'print one JSON object for each file, for programs')
    .addHelpText('after', '\nIt works without a jobs.yml too. Exits with 3 when an event was refused.')
    .action(async ({ event: files, json }: { event: string[]; json?: true }) => {
      const parts = toParts(shell);
      for (const file of files) {
        const explanation = await explainFile(file);
        print(json ? toLine(file, explanation) : toExplanationText(file, explanation, parts.jobs.length > 0));
        if ('refused' in explanation) shell.exitWith(exitCodes.unsuccessful);
      }

      async function explainFile(file: string): Promise<Explanation> {
        try {
          return explain(await readPayloadFile(environment, file), parts);
        } catch (error) {
          if (error instanceof EventFileError) return { refused: error.message };
          throw error;
        }
      }
    });
}

function toParts({ environment, configPath }: Shell): ExplainParts {
  const named = configPath();
  const path = named ?? findJobsFileIfAny(environment);
  const file = path === undefined ? undefined : readJobsFile(environment, path);
  const directory = dirname(path ?? environment.directory);
  const jobs = file?.jobs ?? [];
  return { jobs, table: createRoutingTable(jobs, everySource), toPlan: (job) => toLocalPlan(job, directory) };
}

function toLine(file: string, explanation: Explanation): string {
  if ('refused' in explanation) return toSafeJson({ file, refused: explanation.refused });
  const { source, records, unreadable, rules } = explanation;
  return toSafeJson({ file, source, records, ...(unreadable.length > 0 && { unreadable }), rules });
}
