import { z } from 'zod';
import { functionArn, userPoolArn } from './arns.ts';
import { flag, listOf, mapping, matching, seconds, text } from './basics.ts';
import { orReference } from './reference.ts';

const identitySource = matching(
  /^\$(?:request\.(?:header|querystring)\.\S+|context\.\S+|stageVariables\.\S+)$/,
  'a place in the request, such as $request.header.Authorization',
);

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html */
export const authorizer = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('iam').describe('Requests signed with AWS credentials.') }),
    z.strictObject({
      type: z.literal('cognito').describe('Tokens of a Cognito user pool.'),
      properties: z.strictObject({
        userPoolArn: userPoolArn.describe('The user pool whose tokens are taken.'),
        clientIds: listOf(orReference(text, 'text that is not empty'), 'client ids')
          .describe('App clients whose tokens are taken; a deploy needs them.')
          .exactOptional(),
        identitySources: listOf(identitySource, 'places', 1)
          .describe('Where the token is; the Authorization header if left out.')
          .exactOptional(),
      }),
    }),
    z.strictObject({
      type: z.literal('lambda').describe('A Lambda function decides.'),
      properties: z.strictObject({
        functionArn: functionArn.describe('The function that decides.'),
        identitySources: listOf(identitySource, 'places')
          .describe('Parts of the request that a decision is remembered for; without one of them, 401.')
          .exactOptional(),
        cacheResultSeconds: seconds(0, 3600)
          .default(0)
          .describe('How long a decision is remembered; needs identitySources.'),
        iamResponse: flag
          .default(false)
          .describe('The function answers with an IAM policy in place of { isAuthorized }.'),
      }),
    }),
  ],
  mapping('a mapping with "type" iam, cognito or lambda'),
);
