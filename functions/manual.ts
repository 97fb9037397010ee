import { compileManualRules } from '../shared/jobs/rules/manual.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { manual } from '../shared/sources/manual.ts';

/** Runs that a person starts. */
export const handler = createLambdaHandler(manual, { manual: compileManualRules });
