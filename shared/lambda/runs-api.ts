import { createCommands } from '../router/commands.ts';
import { createHttpApiHandler } from '../runs-api/http-api.ts';
import { EnvironmentError, type LambdaEnvironment } from './environment.ts';
import { openLambdaRouter } from './router.ts';
import type { Telemetry } from './telemetry.ts';

/** The handler of functions/runs-api. Throws EnvironmentError for what can't be opened, and without a runs API. */
export function openRunsApi(environment: LambdaEnvironment, log: Telemetry) {
  const { router, engine, ledger, runsApi } = openLambdaRouter(environment, { rules: {}, log });
  if (runsApi === undefined) {
    throw new EnvironmentError(
      'SIGNALBOX_JOBS is a jobs.yml without runsApi, so that nobody may see its runs; expected one such as runsApi: { httpApiName: publicApi, authorizer: { type: iam } }',
    );
  }
  const commands = createCommands({ ledger, engine, router });
  return createHttpApiHandler({ ledger, commands, log, now: Date.now });
}
