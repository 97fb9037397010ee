import { toJobsJsonSchema } from './json-schema.ts';

/** The files of a new project, by path from its folder: a first jobs.yml, its schema for editors, and a job to run. */
export function firstJobs(): Readonly<Record<'jobs.yml' | 'jobs.schema.json' | 'jobs/hello.mjs', string>> {
  return {
    'jobs.yml': jobsFile,
    'jobs.schema.json': `${JSON.stringify(toJobsJsonSchema(), null, 2)}\n`,
    'jobs/hello.mjs': script,
  };
}

const jobsFile = `# yaml-language-server: $schema=jobs.schema.json
# Jobs, what they run on and which events start them. An editor with a YAML language server completes this file.

service: hello # names the stack's resources

jobs:
  hello:
    target: process # on this machine only; fargate, codebuild, batch and state-machine run in AWS
    timeout: 60 # seconds that one attempt may run for
    retryConfig:
      attempts: 3 # runs in all, the first included
      retryIntervalSeconds: 5 # then 10, 20 …
      retryIntervalMultiplier: 2
    local:
      command: [node, jobs/hello.mjs]
    events:
      - type: manual # signalbox invoke hello
      - type: http-api-gateway # POST /hello on the local router, with a body such as {"names": ["Ada", "Grace"]}
        properties:
          httpApiGatewayName: api
          method: POST
          path: /hello
      # - type: schedule
      #   properties:
      #     scheduleRate: rate(5 minutes)
      #     input: { names: [everyone] }
`;

const script = `// A job. It is started with its event in the environment, and says by its exit code whether it succeeded.
import { readFile } from 'node:fs/promises';

const { STP_CURRENT_ATTEMPT, STP_MAXIMUM_ATTEMPTS, STP_RUN_ID } = process.env;
const event = await readTriggerEvent(process.env);

console.log(\`attempt \${STP_CURRENT_ATTEMPT} of \${STP_MAXIMUM_ATTEMPTS} of run \${STP_RUN_ID}, started by \${event.source}\`);
for (const record of event.records) {
  for (const name of namesIn(record.data)) console.log(\`Hello, \${name}!\`);
}

/** The event itself is in STP_TRIGGER_EVENT_DATA; one that is too big for a variable is where STP_TRIGGER_EVENT_URI says. */
async function readTriggerEvent({ STP_TRIGGER_EVENT_DATA, STP_TRIGGER_EVENT_URI }) {
  if (STP_TRIGGER_EVENT_URI === undefined) return JSON.parse(STP_TRIGGER_EVENT_DATA);
  if (STP_TRIGGER_EVENT_URI.startsWith('file:')) {
    return JSON.parse(await readFile(new URL(STP_TRIGGER_EVENT_URI), 'utf8'));
  }
  throw new Error(\`found the event at \${STP_TRIGGER_EVENT_URI}, expected a file; the AWS SDK can read it from S3\`);
}

/** The names in the input of an invocation or a schedule, or in the body of a request. */
function namesIn({ input, body }) {
  const names = (input ?? body)?.names ?? ['world'];
  return Array.isArray(names) ? names : [names];
}
`;
