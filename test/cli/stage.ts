import { pino } from 'pino';
import { createTriggerLog } from '../../cli/trigger-log.ts';
import type { JobsFile } from '../../shared/jobs/schema/file.ts';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { openLocalRouter } from '../../shared/local/router.ts';
import { toContext } from '../../shared/local/server/invoke-api.ts';
import type { PayloadStore } from '../../shared/payloads/payload-store.ts';
import { createCommands, createCommandTrigger } from '../../shared/router/commands.ts';
import { createTrigger } from '../../shared/router/trigger.ts';
import { toLane } from '../../shared/runs/lane.ts';
import type { DueQuery, Ledger } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import { manual } from '../../shared/sources/manual.ts';
import { region } from '../stand-in/core.ts';
import { createLambda } from '../stand-in/lambda.ts';
import { createLogs, type Logs } from '../stand-in/logs.ts';
import { type StandIn, startStandIn } from '../stand-in/stand-in.ts';
import { openTable } from '../support/dynamo.ts';

export const stage = 'prod';

export type TestStage = {
  readonly ledger: Ledger;
  /** The same, for events that go where the test says. */
  readonly ledgerWith: (payloads: PayloadStore) => Ledger;
  readonly logs: Logs;
  readonly standIn: StandIn;
  /** What the AWS SDK finds in the environment of whoever has access. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/** What is due, from memory: the router asks twenty times a second, and the table is read for each shard. */
function withOwnLine(ledger: Ledger): Ledger {
  const known = new Map<string, Run>();
  const note = <T extends Run | undefined>(run: T): T => {
    if (run !== undefined) known.set(run.id, run);
    return run;
  };
  const dueIn = (of: DueQuery['of'], until: number) =>
    [...known.values()]
      .flatMap((run) => {
        const { id, dueAt: at } = run;
        return at !== undefined && at <= until && toLane(run) === of ? [{ id, at }] : [];
      })
      .sort((one, other) => one.at - other.at);
  return {
    ...ledger,
    async accept(draft, settle) {
      const accepted = await ledger.accept(draft, settle);
      note(accepted.run);
      return accepted;
    },
    save: async (run) => note(await ledger.save(run)),
    due: async ({ of, now, limit }) => dueIn(of, now).slice(0, limit),
    nextDue: async (of) => dueIn(of, Number.POSITIVE_INFINITY)[0]?.at,
  };
}

/**
 * Stage `prod` of a jobs.yml, as far as the command line knows one: the ledger's table, the manual function with all
 * of its own code, and CloudWatch Logs. Its jobs are processes on this machine.
 */
export async function startStage(file: JobsFile): Promise<TestStage> {
  const table = await openTable(`${file.service}-${stage}-runs`);
  const place = { client: table.client, table: table.table, now: Date.now };
  const ledger = createDynamoLedger(place);
  const log = pino({ level: 'silent' });
  const local = openLocalRouter(file, {
    log,
    slots: 2,
    wrap: ({ targets }) => ({ ledger: withOwnLine(ledger), targets }),
  });
  const triggerLog = createTriggerLog(log);
  const trigger = createCommandTrigger(
    createTrigger(manual, local.router, triggerLog),
    createCommands(local),
    triggerLog,
  );
  const logs = createLogs();
  const name = `${file.service}-${stage}-manual`;
  const lambda = createLambda({
    [name]: (payload, requestId) => trigger(payload, toContext(name, requestId)),
  });
  const standIn = await startStandIn(lambda, logs.create);
  await local.pump.start(local.engine);
  return {
    ledger,
    ledgerWith: (payloads) => createDynamoLedger({ ...place, payloads }),
    logs,
    standIn,
    environment: {
      AWS_ACCESS_KEY_ID: 'stand-in',
      AWS_SECRET_ACCESS_KEY: 'stand-in',
      AWS_REGION: region,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
      AWS_ENDPOINT_URL: standIn.url,
    },
    async close() {
      await local.pump.drain();
      await local.close();
      await standIn.close();
      await table.stop();
    },
  };
}
