import type { JobsFile } from '../../jobs/schema/file.ts';
import { sub, type Value } from '../cloudformation/value.ts';
import { toTableName } from '../names.ts';
import type { BundleFiles } from '../references.ts';
import { toWakeQueueName } from './base/names.ts';
import { toValue } from './from-jobs.ts';
import { type FunctionName, toFunctionKey, toFunctionNames } from './function-name.ts';
import { ids } from './ids.ts';
import type { StackContext } from './part.ts';
import { toRoleId } from './roles.ts';

/** A Lambda function, as serverless.yml has it. `timeout` in seconds, `memorySize` in MB. */
export type FunctionDeclaration = {
  readonly name: FunctionName;
  readonly key: string;
  readonly description: string;
  readonly handler: string;
  readonly memorySize: number;
  readonly timeout: number;
  /** `Allow`: Lambda does not cut what it takes for a loop of the function with itself. */
  readonly recursiveLoop?: 'Allow';
  readonly environment: Readonly<Record<string, Value>>;
  readonly roleId: string;
  /** Logical ids of what has to be there before it. */
  readonly dependsOn: readonly string[];
};

type Kind = Pick<FunctionDeclaration, 'description' | 'memorySize' | 'timeout' | 'recursiveLoop'>;

/** Somebody waits for its answer, up to what API Gateway allows. More memory is more of a processor, too. */
const answering = { memorySize: 1024, timeout: 29 };
const trigger = { memorySize: 512, timeout: 60 };

const kinds: Readonly<Record<FunctionName, Kind>> = {
  'http-api-gateway': { description: 'Starts jobs for requests to HTTP APIs', ...answering },
  'application-load-balancer': { description: 'Starts jobs for requests to load balancers', ...answering },
  // Lambda reads no queue whose messages may come back before the function has ended: 30 s, if it says nothing else.
  sqs: { description: 'Starts jobs for messages of SQS queues', ...trigger, timeout: 30 },
  sns: { description: 'Starts jobs for messages of SNS topics', ...trigger },
  'event-bus': { description: 'Starts jobs for events of EventBridge buses', ...trigger },
  schedule: { description: 'Starts jobs by schedules', ...trigger },
  s3: { description: 'Starts jobs for changes in S3 buckets', ...trigger },
  'kinesis-stream': { description: 'Starts jobs for records of Kinesis streams', ...trigger },
  'dynamo-db-stream': { description: 'Starts jobs for changes in DynamoDB tables', ...trigger },
  'cloudwatch-log': { description: 'Starts jobs for lines of CloudWatch log groups', ...trigger },
  manual: { description: 'Starts, cancels and replays runs for a person', ...trigger },
  wake: {
    description: 'Gives waiting runs their turn',
    memorySize: 512,
    timeout: 120,
    // It reads the wake queue and sends to it, which Lambda would cut after some 16 times in a row. The queue is where a
    // run waits for its next turn: each message follows a run that goes on, and a stop that fails is tried ever more
    // rarely.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    recursiveLoop: 'Allow',
  },
  // Much of it is for what is under way at the end of a pass.
  sweep: { description: 'Looks after runs that got lost, each minute', memorySize: 512, timeout: 300 },
  'state-change': { description: 'Tells runs what became of their tasks, builds and executions', ...trigger },
  'runs-api': { description: 'Shows, cancels and replays runs over HTTP', ...answering },
};

/** The functions of a stack: those that its jobs need, and those that every stack has. */
export function toFunctions(
  context: StackContext,
  files: BundleFiles,
  dependsOn: readonly string[],
): readonly FunctionDeclaration[] {
  const environment = toEnvironment(context);
  return toFunctionNames(context.file).map((name) => ({
    name,
    key: toFunctionKey(name),
    handler: `${name}.handler`,
    ...kinds[name],
    environment: { ...environment, ...files.toEnvironment(name) },
    roleId: toRoleId(name),
    dependsOn,
  }));
}

/** What parseLambdaEnvironment reads. */
function toEnvironment({ file, stage }: StackContext): Readonly<Record<string, Value>> {
  const bus = toBus(file.announcements);
  const wakeQueue = toWakeQueueName(stage, '{target}');
  return {
    SIGNALBOX_JOBS: '/var/task/jobs.json',
    SIGNALBOX_DEPLOYMENT: '/var/task/deployment.json',
    SIGNALBOX_STAGE: stage.stage,
    SIGNALBOX_LEDGER: `dynamodb://${toTableName(stage)}`,
    SIGNALBOX_PAYLOADS: sub(`s3://\${${ids.payloads}}`),
    SIGNALBOX_WAKE_QUEUE: sub(
      `https://sqs.\${AWS::Region}.\${AWS::URLSuffix}/\${AWS::AccountId}/${wakeQueue}`,
    ),
    ...(bus !== undefined && { SIGNALBOX_EVENT_BUS: bus }),
  };
}

function toBus(announcements: JobsFile['announcements']): Value | undefined {
  if (announcements === 'none') return undefined;
  if ('eventBusArn' in announcements) return toValue(announcements.eventBusArn);
  return 'eventBusName' in announcements ? announcements.eventBusName : 'default';
}
