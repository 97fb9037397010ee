import type { Run } from '../shared/runs/run.ts';
import type { Where } from './open-runs.ts';
import type { Shell } from './shell.ts';
import { shortId } from './tables.ts';

/** Runs that one command names, so that it fits into every shell's line. */
const mostNamed = 100;

/** The commands that go on with a replay: just these runs by their ids, under the same request id. */
export function toRepeats(
  { configPath }: Pick<Shell, 'configPath'>,
  runs: readonly Pick<Run, 'id'>[],
  requestId: string,
  { stage, region, profile }: Where,
): readonly string[] {
  const options: readonly [string, string | undefined][] = [
    ['--config', configPath()],
    ['--stage', stage],
    ['--region', region],
    ['--profile', profile],
    ['--request-id', requestId],
  ];
  const rest = options.flatMap(([name, value]) => (value === undefined ? [] : [name, quote(value)]));
  const commands: string[] = [];
  for (let next = 0; next < runs.length; next += mostNamed) {
    const ids = runs.slice(next, next + mostNamed).map(({ id }) => id.slice(0, shortId));
    commands.push(['signalbox runs replay', ...ids, ...rest].join(' '));
  }
  return commands;
}

function quote(word: string): string {
  return /^[\w.:@%+=,/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
