import { Command } from 'commander';
import { toTableName } from '../shared/deploy/names.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { Shell } from './shell.ts';
import { addStage, type StageOptions } from './stage-option.ts';

/** `signalbox deploy`: makes the stage what jobs.yml says. */
export function createDeploy(shell: Shell): Command {
  const command = new Command('deploy')
    .description(
      'Deploy jobs.yml to AWS under the name of a stage: functions, subscriptions, roles, targets, ledger.',
    )
    .addHelpText(
      'after',
      '\nDeploying again changes what has changed. "signalbox info" shows what is there.',
    );
  return addStage(command).action(async ({ stage: name, ...asked }: StageOptions) => {
    // They take their time to load.
    const [
      { compileStage, withPackage },
      { runFramework },
      { withStack },
      { findOwnStack },
      { markStack, readFailures },
      { toFailureLines },
      { isTableThere },
    ] = await Promise.all([
      import('./make-package.ts'),
      import('../shared/deploy/framework.ts'),
      import('./stack-connection.ts'),
      import('./own-stack.ts'),
      import('../shared/deploy/stack-events.ts'),
      import('./failures.ts'),
      import('../shared/deploy/old-table.ts'),
    ]);
    const compiled = compileStage(shell, name);
    const { file, stage, stack } = compiled;
    // Whoever lacks credentials hears of it before anything is bundled.
    await withStack(stage, asked, async (connection) => {
      const { name: stackName, client, dynamoDb, words, findPlace } = connection;
      const deployed = await findOwnStack(connection, stage);
      if (deployed && neverUpdated.includes(deployed.status))
        throw new CommandError(exitCodes.failed, toRemains(stackName, deployed.status, name));
      const table = toTableName(stage);
      if (deployed === undefined && (await isTableThere(dynamoDb, table)))
        throw new CommandError(exitCodes.failed, toOldTable(table, stackName));
      await withPackage(shell, compiled, async ({ folder }) => {
        const mark = await markStack(client, stackName);
        const place = await findPlace();
        const { isDone } = await runFramework(folder, ['deploy', ...words], 'passed on', place);
        if (isDone) return;
        const failures = await readFailures(client, stackName, mark);
        throw new CommandError(
          exitCodes.failed,
          failures.length === 0
            ? `stage ${name} was not deployed`
            : `stage ${name} was not deployed:\n${toFailureLines(failures, file.file, stack.lines)}`,
        );
      });
    });
  });
}

/** What a first deploy leaves that failed before there was anything; CloudFormation can only delete such a stack. */
const neverUpdated = ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];

function toRemains(stack: string, status: string, stage: string): string {
  return `the stack ${stack} is ${status}: another deploy is under way, or the first one failed and left a stack that can't be updated; "signalbox remove --stage ${stage}" takes that away, then deploy again`;
}

/** CloudFormation would find out after minutes, and take everything back. */
function toOldTable(table: string, stack: string): string {
  return `the table ${table} is there, with the runs of a stage that was removed, and there is no stack ${stack}: nothing was deployed. Delete the table, which deletes those runs (aws dynamodb delete-table --table-name ${table}), import it into a stack of that name, or deploy another stage`;
}
