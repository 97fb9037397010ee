import { compileQueueRules } from '../shared/jobs/rules/queue.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { sqs } from '../shared/sources/sqs.ts';

/** Messages of SQS queues. */
export const handler = createLambdaHandler(sqs, { sqs: compileQueueRules });
