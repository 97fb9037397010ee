import { compileManualRules } from '../shared/jobs/rules/manual.ts';
import { initialise } from '../shared/lambda/handler.ts';
import { openLambdaRouter } from '../shared/lambda/router.ts';
import { createCommands, createCommandTrigger } from '../shared/router/commands.ts';
import { createTrigger } from '../shared/router/trigger.ts';
import { toNewestLinks } from '../shared/runs/view.ts';
import { manual } from '../shared/sources/manual.ts';

/** Runs that a person starts, stops or starts again. */
export const handler = initialise((environment, log) => {
  const rules = { manual: compileManualRules };
  const parts = openLambdaRouter(environment, { rules, log, toLinks: toNewestLinks });
  return createCommandTrigger(createTrigger(manual, parts.router, log), createCommands(parts), log);
});
