import type { Context } from 'aws-lambda';
import type { RuleCompilers } from '../jobs/routing-table.ts';
import { createTrigger, type Trigger } from '../router/trigger.ts';
import type { Source } from '../sources/source.ts';
import { type LambdaEnvironment, parseLambdaEnvironment } from './environment.ts';
import { openLambdaRouter } from './router.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';

/** The handler of a trigger function. */
export function createLambdaHandler(source: Source, rules: RuleCompilers): Trigger {
  return initialise((environment, log) =>
    createTrigger(source, openLambdaRouter(environment, { rules, log }).router, log),
  );
}

type Handler<Answer> = (payload: unknown, context: Context) => Promise<Answer>;

/**
 * Makes a handler while Lambda initialises the function. What is missing is logged and thrown then, so that no event is
 * taken by a function that can't record it. Metrics are written at the end of each invocation, however it ends: between
 * two of them the function is frozen, and may never go on.
 */
export function initialise<Answer>(
  create: (environment: LambdaEnvironment, log: Telemetry) => Handler<Answer>,
): Handler<Answer> {
  const log = createTelemetry((line) => process.stdout.write(`${line}\n`), Date.now);
  try {
    const handle = create(parseLambdaEnvironment(process.env), log);
    return async (payload, context) => {
      try {
        return await handle(payload, context);
      } finally {
        log.flush();
      }
    };
  } catch (error) {
    log.failed(error);
    throw error;
  }
}
