import { compileKinesisRules } from '../shared/jobs/rules/stream.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { kinesisStream } from '../shared/sources/kinesis-stream.ts';

/** Records of Kinesis streams. */
export const handler = createLambdaHandler(kinesisStream, { 'kinesis-stream': compileKinesisRules });
