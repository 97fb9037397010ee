import { compileTopicRules } from '../shared/jobs/rules/topic.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { sns } from '../shared/sources/sns.ts';

/** Messages of SNS topics. */
export const handler = createLambdaHandler(sns, { sns: compileTopicRules });
