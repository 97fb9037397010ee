import { compileBusRules } from '../shared/jobs/rules/bus.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { eventBus } from '../shared/sources/event-bus.ts';

/** Events of EventBridge buses. */
export const handler = createLambdaHandler(eventBus, { 'event-bus': compileBusRules });
