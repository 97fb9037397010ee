import type { RuleCompilers } from '../jobs/routing-table.ts';
import { createTrigger, type Trigger } from '../router/trigger.ts';
import type { Source } from '../sources/source.ts';
import { parseLambdaEnvironment } from './environment.ts';
import { createLambdaLog } from './log.ts';
import { openLambdaRouter } from './router.ts';

/**
 * A trigger function's handler, made while Lambda initialises the function. What is missing is logged and thrown then,
 * so that no event is taken by a function that can't record it.
 */
export function createLambdaHandler(source: Source, rules: RuleCompilers): Trigger {
  const log = createLambdaLog((line) => process.stdout.write(`${line}\n`));
  try {
    const router = openLambdaRouter(parseLambdaEnvironment(process.env), rules);
    return createTrigger(source, router, log);
  } catch (error) {
    log.failed(error);
    throw error;
  }
}
