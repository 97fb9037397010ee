import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { vi } from 'vitest';
import { openLocal } from '../../cli/local-access.ts';
import type { Shell } from '../../cli/shell.ts';
import { openStage } from '../../cli/stage-access.ts';
import { toLogPlace } from '../../shared/deploy/log-place.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { makeHome, toHome } from '../../shared/local/home.ts';
import type { Draft } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import { toAttemptFolder, toLogPath } from '../../shared/targets/process/attempt-folder.ts';
import { contractJobs, type Place, testRunsAccess } from '../contract/runs-access.ts';
import { makeFolder, startTestDev } from '../local/dev.ts';
import { stage, startStage } from './stage.ts';

testRunsAccess('on this machine, with a running router', async () => {
  const dev = await startTestDev({ jobs: contractJobs });
  return { ...onThisMachine(dev.folder), close: dev.remove };
});

testRunsAccess('on this machine, without a router', async () =>
  onThisMachine(makeFolder({ jobs: contractJobs })),
);

testRunsAccess('of a deployed stage', async () => {
  const folder = makeFolder({ jobs: contractJobs });
  const path = join(folder, 'jobs.yml');
  const file = parseJobs(readFileSync(path, 'utf8'), path);
  const { ledger, logs, environment, close } = await startStage(file);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return {
    open: () => openStage({ service: file.service, stage }, {}),
    seed: async (draft) => void (await ledger.accept(draft, (run) => run)),
    write(run, ...lines) {
      const place = toLogPlace(run, 1);
      if (place === undefined || 'why' in place) throw new Error('it has no log');
      logs.write(place.group, place.stream, ...lines);
    },
    async close() {
      vi.unstubAllEnvs();
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});

function onThisMachine(folder: string): Place {
  const home = toHome(folder);
  const shell: Shell = {
    environment: { directory: folder, logLevel: 'silent' },
    log: pino({ level: 'silent' }),
    configPath: () => undefined,
    print() {},
    async write() {},
    note() {},
    exitWith() {},
    ask: undefined,
  };
  return {
    open: async () => openLocal(shell),
    async seed(draft: Draft) {
      makeHome(home);
      const database = openDatabase(home.ledger);
      await createSqliteLedger(database, Date.now).accept(draft, (run) => run);
      database.close();
    },
    write(run: Run, ...lines: readonly string[]) {
      const path = toLogPath(toAttemptFolder(home.attempts, run.attempts[0]?.start.token ?? ''));
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, lines.map((line) => `${line}\n`).join(''));
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
