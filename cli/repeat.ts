import type { Where } from './open-runs.ts';
import type { FilterSelection } from './selection.ts';
import type { Shell } from './shell.ts';

/** The command that goes on with a replay: the same runs, by times that don't move, under the same request id. */
export function toRepeat(
  { configPath }: Pick<Shell, 'configPath'>,
  { query, limit }: FilterSelection,
  requestId: string,
  { stage, region, profile }: Where,
): string {
  const options: [string, readonly (string | number | undefined)[]][] = [
    ['--config', [configPath()]],
    ['--job', query.jobs ?? []],
    ['--status', query.statuses ?? []],
    ['--since', [toIso(query.since)]],
    ['--until', [toIso(query.until)]],
    ['--limit', [limit]],
    ['--stage', [stage]],
    ['--region', [region]],
    ['--profile', [profile]],
    ['--request-id', [requestId]],
  ];
  const words = options.flatMap(([name, values]) => {
    const given = values.flatMap((value) => (value === undefined ? [] : [quote(String(value))]));
    return given.length === 0 ? [] : [name, ...given];
  });
  return ['signalbox runs replay', ...words, '--yes'].join(' ');
}

function toIso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

function quote(word: string): string {
  return /^[\w.:@%+=,/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
