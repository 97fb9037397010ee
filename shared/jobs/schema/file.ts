import { z } from 'zod';
import { announcements } from './announcements.ts';
import { standardTopicArn } from './arns.ts';
import { authorizer } from './authorizer.ts';
import { flag, type Immutable, listOf, matching, wholeNumber } from './basics.ts';
import { event } from './event.ts';
import { httpApiName } from './event-http.ts';
import { type Job, jobName, jobProperties } from './job.ts';
import { type OwnResource, ownResources } from './own-resources.ts';
import { matchingOrReference } from './reference.ts';

const httpApi = z.strictObject({
  cors: flag.default(false).describe('Browsers may call the API from pages of other origins.'),
});

const settings = {
  service: matching(
    /^[a-z][a-z0-9-]{1,19}$/,
    'a name of 2 to 20 lower-case letters, digits and "-" that starts with a letter',
  ).describe('Names the resources of the stack; 2 to 20 characters.'),
  network: z
    .strictObject({
      subnets: listOf(
        matchingOrReference(/^subnet-[0-9a-z]+$/, 'the id of a subnet, such as subnet-0a1b2c3d'),
        'subnets',
        16,
      ).describe('Where jobs run, best in several availability zones.'),
      securityGroups: listOf(
        matchingOrReference(/^sg-[0-9a-z]+$/, 'the id of a security group, such as sg-0a1b2c3d'),
        'security groups',
        5,
      )
        .describe('What jobs may connect to; that of the VPC, if left out.')
        .exactOptional(),
      assignPublicIp: flag
        .describe('Jobs get public addresses, which they need in a subnet without a NAT gateway.')
        .exactOptional(),
    })
    .describe('A network that is there already; left out, a small VPC with two public subnets is made.')
    .exactOptional(),
  httpApis: z
    .record(httpApiName, httpApi, { error: 'a mapping such as { publicApi: { cors: true } }' })
    .describe('HTTP APIs of the stack, by name; left out, those that events name.')
    .exactOptional(),
  runsApi: z
    .strictObject({
      httpApiName: httpApiName.describe('One of httpApis.'),
      authorizer: authorizer.describe('Who may see, cancel and replay runs.'),
    })
    .describe('The runs over HTTP; left out, there is no runs API in the cloud.')
    .exactOptional(),
  announcements: announcements
    .default({ useDefaultBus: true })
    .describe('The event bus that hears of every run; the default one of the account, if left out.'),
  alarms: z
    .strictObject({
      snsTopicArn: standardTopicArn.describe('The topic that is told when an alarm begins and ends.'),
    })
    .describe("Who is told of the stack's alarms; nobody, if left out.")
    .exactOptional(),
  jobStacks: wholeNumber(1, 20, 'stacks')
    .describe(
      'How many nested stacks roles and definitions of jobs go to, when they are too many for one stack.',
    )
    .exactOptional(),
  // What is delivered again up to a month later is known by its run.
  historyDays: wholeNumber(31, 3650, 'days')
    .default(90)
    .describe('How long runs and their events are kept after they have ended; from 31.'),
  resources: ownResources
    .default({})
    .describe(
      "CloudFormation resources of one's own in the stack, by logical id; events and jobs may refer to them.",
    ),
};

/** Everything of jobs.yml but what is inside its jobs. */
export const file = z.strictObject({
  ...settings,
  jobs: z.record(z.string(), z.unknown(), { error: 'a mapping of job names to jobs' }),
});

/** All of jobs.yml in one schema, for its JSON Schema. */
export const wholeFile = z.strictObject({
  ...settings,
  jobs: z
    .record(
      jobName,
      z.strictObject({
        ...jobProperties,
        events: listOf(event, 'events').describe('What starts the job.'),
      }),
    )
    .describe('Jobs by name.'),
});

/** jobs.yml, parsed: every default applied, frozen. `httpApis` has every API that an event or the runs API names. */
export type JobsFile = Immutable<Omit<z.output<typeof file>, 'jobs' | 'httpApis' | 'resources'>> & {
  readonly file: string;
  readonly httpApis: Readonly<Record<string, { readonly cors: boolean }>>;
  readonly jobs: readonly Job[];
  readonly resources: Readonly<Record<string, OwnResource>>;
};
