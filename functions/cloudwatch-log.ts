import { compileLogGroupRules } from '../shared/jobs/rules/log-group.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { cloudwatchLog } from '../shared/sources/cloudwatch-log.ts';

/** Lines of CloudWatch log groups. */
export const handler = createLambdaHandler(cloudwatchLog, { 'cloudwatch-log': compileLogGroupRules });
