import { compileBucketRules } from '../shared/jobs/rules/bucket.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { s3 } from '../shared/sources/s3.ts';

/** Changes of objects in S3 buckets. */
export const handler = createLambdaHandler(s3, { s3: compileBucketRules });
