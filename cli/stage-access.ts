import { createClients } from '../shared/aws/clients.ts';
import { type AwsPlace, connect } from '../shared/deploy/connect.ts';
import { toLogPlace } from '../shared/deploy/log-place.ts';
import { createLogStreams } from '../shared/deploy/log-stream.ts';
import { createStageFunction } from '../shared/deploy/manual-function.ts';
import { type Stage, toFunctionName, toTableName } from '../shared/deploy/names.ts';
import { toStageError } from '../shared/deploy/stage-error.ts';
import { createStagePayloads } from '../shared/deploy/stage-payloads.ts';
import { createDynamoLedger } from '../shared/ledgers/dynamodb/ledger.ts';
import { PayloadGoneError } from '../shared/payloads/payload-store.ts';
import type { RunsAccess } from './access.ts';
import { createStageCommands } from './stage-commands.ts';

/** Of an event that is gone all the rest of its run can be told. */
function toNothing(error: unknown): undefined {
  if (!(error instanceof PayloadGoneError)) throw error;
}

/**
 * The runs of a deployed stage: reads its ledger and its logs, and calls its manual function, with the caller's own
 * AWS credentials. Throws StageError.
 */
export async function openStage(stage: Stage, place: AwsPlace): Promise<RunsAccess> {
  const { region, dynamoDb, options } = await connect(place);
  const table = toTableName(stage);
  const ledger = createDynamoLedger({
    client: dynamoDb,
    table,
    payloads: createStagePayloads(createClients(options).s3),
    now: Date.now,
  });
  const logs = createLogStreams(options);
  const manual = createStageFunction(options, toFunctionName(stage, 'manual'));
  const asked = { what: `the table ${table}`, region, ...(place.profile && { profile: place.profile }) };
  const tell = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      throw toStageError(error, asked);
    });

  return {
    ledger: {
      load: (id) => tell(ledger.load(id)),
      loadEvent: (id) => tell(ledger.loadEvent(id).catch(toNothing)),
      find: (prefix, limit) => tell(ledger.find(prefix, limit)),
      list: (filter) => tell(ledger.list(filter)),
    },
    openLog(run, attempt) {
      const at = toLogPlace(run, attempt);
      if (at === undefined || 'why' in at) return at;
      return { place: `log stream ${at.stream} of log group ${at.group}`, read: logs.open(at) };
    },
    lookMs: 2000,
    logLagMs: 5000,
    openCommands: async () => createStageCommands(manual, stage),
    async close() {
      dynamoDb.destroy();
      logs.close();
      manual.close();
    },
  };
}
