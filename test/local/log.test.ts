import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createRunLog } from '../../shared/local/log.ts';
import { runId, start, toRun } from '../support/draft.ts';

describe('the log of a local router', () => {
  it('says until when a run is held, and why', () => {
    const logged: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => void logged.push(line) });
    const run = toRun({ status: 'waiting', held: { until: start + 3_600_000, most: 2 } });
    createRunLog(log)(run, { what: 'held', at: start, attempt: 0 });
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 40,
        runId,
        job: 'word-index',
        msg: `word-index ${runId}: held until 2026-11-20T11:00:00.000Z: 2 runs of word-index may begin in an hour (maxRunsPerHour), and the hours before are full`,
      },
    ]);
  });
});
