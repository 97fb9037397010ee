import type { RuleCompilers } from '../jobs/routing-table.ts';
import { createTrigger, type Trigger } from '../router/trigger.ts';
import type { Source } from '../sources/source.ts';
import { type LambdaEnvironment, parseLambdaEnvironment } from './environment.ts';
import { createLambdaLog, type LambdaLog } from './log.ts';
import { openLambdaRouter } from './router.ts';

/** The handler of a trigger function. */
export function createLambdaHandler(source: Source, rules: RuleCompilers): Trigger {
  return initialise((environment, log) =>
    createTrigger(source, openLambdaRouter(environment, { rules, warn: log.stumbled }), log),
  );
}

/**
 * Makes a handler while Lambda initialises the function. What is missing is logged and thrown then, so that no event is
 * taken by a function that can't record it.
 */
export function initialise<T>(create: (environment: LambdaEnvironment, log: LambdaLog) => T): T {
  const log = createLambdaLog((line) => process.stdout.write(`${line}\n`));
  try {
    return create(parseLambdaEnvironment(process.env), log);
  } catch (error) {
    log.failed(error);
    throw error;
  }
}
