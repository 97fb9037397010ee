import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import { finishedStatuses, type Run } from '../shared/runs/run.ts';
import { toRunView } from '../shared/runs/view.ts';
import { doAll } from './do-all.ts';
import { readEvent } from './event-file.ts';
import { CommandError, exitCodes } from './exit.ts';
import { loadRun, toWait, waitForEnd } from './history.ts';
import { findReplayable, type Replayable } from './matching.ts';
import { addWhere, type Where, withRuns } from './open-runs.ts';
import { toRepeats } from './repeat.ts';
import {
  addSelection,
  type Choice,
  countRuns,
  type Selection,
  type SelectionOptions,
  select,
  toSelection,
} from './selection.ts';
import type { Shell } from './shell.ts';
import { toRunTable } from './tables.ts';

type Options = SelectionOptions &
  Where & {
    readonly event?: string;
    readonly requestId?: string;
    readonly wait?: boolean;
    readonly json?: true;
  };

/** What a filter finds is replayed under one request id: two commands that find a run at once make one replay of it. */
const ofFilters = 'filter';

/** `signalbox runs replay` */
export function createReplay(shell: Shell): Command {
  const { print, note } = shell;
  const command = new Command('replay')
    .description('Start new runs with the events of these, on the jobs as they are declared now.')
    .argument('[ids...]', 'of runs, or their beginnings; without them, a filter says which')
    .option('--event <file>', "JSON in place of the one run's event; - reads it from stdin")
    .option('--request-id <text>', 'names this replay: sent again, it starts no second run', toRequestId)
    .option('--wait', 'wait until they have ended, and exit 3 when one did not succeed')
    .option('--no-wait', 'do not wait, which is usual')
    .option('--json', 'print a JSON array, for programs');
  return addWhere(addSelection(command)).action(async (ids: string[], options: Options) => {
    const selection = toSettled(toSelection(ids, options, { statuses: finishedStatuses, verb: 'replayed' }));
    const { event: file } = options;
    // Who names a run by its id means another replay of it.
    const requestId = options.requestId ?? ('ids' in selection ? randomUUID() : ofFilters);
    if (file !== undefined && ids.length !== 1)
      throw new CommandError(exitCodes.mistake, '--event is for one run: name it by its id');
    const event = file === undefined ? undefined : await readEvent(shell.environment, file);
    await withRuns(shell, options, async (access) => {
      const runs = await select(shell, access, selection, {
        verb: 'Replay',
        find: async (query, limit) =>
          toChoice(await findReplayable(access, query, limit, options.requestId), options),
      });
      if (runs === undefined) return;
      const commands = await access.openCommands();
      const isWaiting = toWait(commands, options.wait, false);
      // What happened first is done first.
      const inOrder = 'ids' in selection ? runs : runs.toReversed();
      if ('query' in selection && runs.length > 0)
        note(['if this is cut off, go on with', ...toRepeats(shell, inOrder, requestId, options)].join('\n'));
      const { results, exitCode } = await doAll(shell, inOrder, ({ id }) =>
        commands.replay(id, requestId, event),
      );
      if (results.length > 0) await commands.go();
      const replays: Run[] = [];
      for (const id of results)
        replays.push(isWaiting ? await waitForEnd(access, id) : await loadRun(access, id));
      if (options.json) print(toSafeJson(replays.map(toRunView)));
      else if (replays.length > 0) print(toRunTable(replays, Date.now()));
      if (exitCode !== exitCodes.done) shell.exitWith(exitCode);
      else if (isWaiting && replays.some(({ status }) => status !== 'succeeded'))
        shell.exitWith(exitCodes.unsuccessful);
    });
  });
}

/** What ends after this was asked is not among what was asked for, the replays themselves least of all. */
function toSettled(selection: Selection): Selection {
  if ('ids' in selection) return selection;
  return { ...selection, query: { until: Date.now(), ...selection.query } };
}

function toChoice({ runs, hasMore, replayed, eventless }: Replayable, { requestId }: Options): Choice {
  const same = requestId === undefined ? 'the same command' : 'the same command without --request-id';
  const more = `there are more: ${same} takes the next ones, --limit more at once`;
  const verb = (count: number) => (count === 1 ? 'is' : 'are');
  return {
    runs,
    remarks: [
      ...(replayed > 0 ? [`${countRuns(replayed)} ${verb(replayed)} left out: replayed before`] : []),
      ...(eventless > 0
        ? [
            `${countRuns(eventless)} ${verb(eventless)} left out: there was no event that a job could be given`,
          ]
        : []),
      ...(hasMore ? [more] : []),
    ],
  };
}

/** As an Idempotency-Key and in a shell, without quotes. */
function toRequestId(given: string): string {
  if (!/^[\w.:-]{1,100}$/.test(given))
    throw new InvalidArgumentError('It is 1 to 100 letters, digits, "_", ".", ":" and "-".');
  return given;
}
