import { compileScheduleRules } from '../shared/jobs/rules/schedule.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { schedule } from '../shared/sources/schedule.ts';

/** Ticks of schedules. */
export const handler = createLambdaHandler(schedule, { schedule: compileScheduleRules });
