import { Command, InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';
import { type Run, type RunStatus, runStatuses } from '../shared/runs/run.ts';
import { toRunView } from '../shared/runs/view.ts';
import { openAccess } from './access.ts';
import { exitCodes } from './exit.ts';
import { findRun, hasHistory, openHistory, waitForEnd } from './history.ts';
import { findHome, readJobsFile } from './jobs-file.ts';
import { printLog } from './runs-logs.ts';
import { printRun } from './runs-show.ts';
import type { Shell } from './shell.ts';
import { toRunTable } from './tables.ts';

type ListOptions = { job?: string[]; status?: RunStatus[]; since?: number; limit: number; json?: true };

/** `signalbox runs …`: reads the ledger itself, and sends commands to the router. */
export function createRuns(shell: Shell): Command {
  const { environment, log, print } = shell;
  const runs = new Command('runs').description('Look at runs, cancel them, replay them.');

  runs
    .command('list')
    .description('List runs, the newest first.')
    .option('--job <name...>', 'only runs of these jobs')
    .option('--status <status...>', `only runs of these statuses: ${runStatuses.join(', ')}`, collectStatus)
    .option('--since <age>', 'only runs that are younger, such as 90s, 15m, 2h or 7d', toSince)
    .option('--limit <number>', 'how many at most', toLimit, 50)
    .option('--json', 'print a JSON array, for programs')
    .action(async ({ job, status, since, limit, json }: ListOptions) => {
      if (!hasHistory(findHome(environment, shell.configPath()))) {
        if (json) print('[]');
        else shell.note('no runs');
        return;
      }
      await withHistory(async (history) => {
        const page = await history.ledger.list({
          limit,
          ...(job === undefined ? {} : { jobs: job }),
          ...(status === undefined ? {} : { statuses: status }),
          ...(since === undefined ? {} : { since }),
        });
        if (json) return print(JSON.stringify(page.runs.map(toRunView)));
        if (page.runs.length === 0) return shell.note('no runs');
        print(toRunTable(page.runs, Date.now()));
        if (page.next !== undefined) shell.note(`there are more: --limit ${limit * 2} shows them`);
      });
    });

  runs
    .command('show <id>')
    .description('Show a run: its event, its attempts and why they ended.')
    .option('--json', 'print a JSON object, for programs')
    .action(async (id: string, { json }: { json?: true }) => {
      await withHistory(async (history) => {
        const run = await findRun(history, id);
        printRun(print, run, await history.ledger.loadEvent(run.id), json ?? false);
      });
    });

  runs
    .command('logs <id>')
    .description('Print what a run wrote to stdout and stderr.')
    .option('--attempt <number>', 'of this attempt; of the newest one, if left out', toLimit)
    .option('-f, --follow', 'go on until the run has ended')
    .action(async (id: string, options: { attempt?: number; follow?: true }) => {
      const home = findHome(environment, shell.configPath());
      await withHistory(async (history) => {
        const run = await findRun(history, id);
        const reload = async () => (await history.ledger.load(run.id)) ?? run;
        await printLog(shell, home.attempts, run, reload, {
          follow: options.follow ?? false,
          attempt: options.attempt,
        });
      });
    });

  runs
    .command('cancel <id>')
    .description('Stop a run, wherever it is. Waits until it has ended.')
    .option('--json', 'print a JSON object, for programs')
    .action(async (id: string, { json }: { json?: true }) => {
      await withAccess(async (access, history) => {
        const run = await findRun(history, id);
        await access.cancel(run.id);
        const ended = await waitForEnd(history, run.id);
        print(json ? JSON.stringify(toRunView(ended)) : toRunTable([ended], Date.now()));
        if (ended.status !== 'cancelled') shell.note(`it had ${ended.status} before it could be cancelled`);
      });
    });

  runs
    .command('replay <ids...>')
    .description('Start new runs with the events of these, on the jobs as they are declared now.')
    .option('--wait', 'wait until they have ended')
    .option('--json', 'print a JSON array, for programs')
    .action(async (ids: string[], { wait, json }: { wait?: true; json?: true }) => {
      await withAccess(async (access, history) => {
        const originals: Run[] = [];
        // All are found before one is started: a mistyped id starts nothing by halves.
        for (const id of ids) originals.push(await findRun(history, id));
        const started: string[] = [];
        for (const { id } of originals) started.push(await access.replay(id));
        const replays: Run[] = [];
        for (const id of started) {
          replays.push(
            wait || !access.isLasting ? await waitForEnd(history, id) : await findRun(history, id),
          );
        }
        print(json ? JSON.stringify(replays.map(toRunView)) : toRunTable(replays, Date.now()));
        if (replays.some(({ status }) => status !== 'succeeded') && (wait || !access.isLasting)) {
          shell.exitWith(exitCodes.unsuccessful);
        }
      });
    });

  return runs;

  async function withHistory(
    work: (history: ReturnType<typeof openHistory>) => Promise<void>,
  ): Promise<void> {
    const history = openHistory(findHome(environment, shell.configPath()));
    try {
      await work(history);
    } finally {
      history.close();
    }
  }

  async function withAccess(
    work: (
      access: Awaited<ReturnType<typeof openAccess>>,
      history: ReturnType<typeof openHistory>,
    ) => Promise<void>,
  ): Promise<void> {
    await withHistory(async (history) => {
      const config = shell.configPath();
      const access = await openAccess(
        findHome(environment, config),
        () => readJobsFile(environment, config),
        log,
      );
      try {
        await work(access, history);
      } finally {
        await access.close();
      }
    });
  }
}

function collectStatus(given: string, before: RunStatus[] = []): RunStatus[] {
  const status = runStatuses.find((name) => name === given);
  if (status === undefined) throw new InvalidArgumentError(`It is one of ${runStatuses.join(', ')}.`);
  return [...before, status];
}

function toSince(given: string): number {
  const age = /^\d+(\.\d+)?\s*[a-z]+$/i.test(given) ? ms(given as StringValue) : undefined;
  if (age === undefined) throw new InvalidArgumentError('It is an age such as 90s, 15m, 2h or 7d.');
  return Date.now() - age;
}

export function toLimit(given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1 || number > 100_000)
    throw new InvalidArgumentError('It is a whole number from 1.');
  return number;
}
