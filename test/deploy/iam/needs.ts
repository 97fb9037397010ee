import { account } from '../template/physical.ts';
import type { Need } from './policy.ts';

/** A call as it went over the wire. */
export type AwsCall = {
  /** As requests are signed for: dynamodb, ecs, states … */
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly request: Readonly<Record<string, unknown>>;
};

/** What a call's request does not tell. */
export type Known = {
  /** The roles that a task definition gives its tasks. */
  readonly rolesOf: (taskDefinition: string) => readonly string[];
  readonly tagsOfJob: (jobId: string) => Readonly<Record<string, string>>;
};

type ToNeeds = (call: AwsCall, known: Known) => readonly Need[];

/**
 * Which actions each call needs, and on what. The pages are those of the Service Authorization Reference:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const needsOf: Readonly<Record<string, ToNeeds>> = {
  // list_awsbatch.html : CancelJob and TerminateJob take jobs; the two that list know no resources.
  'batch:CancelJob': toJobNeeds,
  'batch:TerminateJob': toJobNeeds,
  'batch:DescribeJobs': () => [{ action: 'batch:DescribeJobs', resource: '*' }],
  'batch:ListJobs': () => [{ action: 'batch:ListJobs', resource: '*' }],

  // list_awscodebuild.html : all of them take projects.
  'codebuild:StartBuild': (call) => [onProject(call, textIn(call, 'projectName'))],
  'codebuild:ListBuildsForProject': (call) => [onProject(call, textIn(call, 'projectName'))],
  'codebuild:StopBuild': (call) => [onProject(call, toProject(textIn(call, 'id')))],
  'codebuild:BatchGetBuilds': (call) =>
    [...new Set(textsIn(call, 'ids').map(toProject))].map((project) => onProject(call, project)),

  // list_amazondynamodb.html : a query of an index is one on the index.
  'dynamodb:BatchGetItem': (call) =>
    Object.keys(objectIn(call, 'RequestItems')).map((table) => onTable(call, table)),
  'dynamodb:DeleteItem': (call) => [onTable(call, textIn(call, 'TableName'))],
  'dynamodb:GetItem': (call) => [onTable(call, textIn(call, 'TableName'))],
  'dynamodb:PutItem': (call) => [onTable(call, textIn(call, 'TableName'))],
  'dynamodb:UpdateItem': (call) => [onTable(call, textIn(call, 'TableName'))],
  'dynamodb:Query': (call) => {
    const { IndexName } = call.request;
    const table = textIn(call, 'TableName');
    return [onTable(call, IndexName === undefined ? table : `${table}/index/${IndexName}`)];
  },

  // list_amazonelasticcontainerservice.html : ListTasks takes container instances, which Fargate has none of, and
  // DescribeTaskDefinition nothing.
  'ecs:RunTask': toRunTaskNeeds,
  'ecs:StopTask': (call) => [
    { action: 'ecs:StopTask', resource: toTaskArn(call, textIn(call, 'task')), keys: ofCluster(call) },
  ],
  'ecs:DescribeTasks': (call) =>
    textsIn(call, 'tasks').map((task) => ({
      action: 'ecs:DescribeTasks',
      resource: toTaskArn(call, task),
      keys: ofCluster(call),
    })),
  'ecs:ListTasks': (call) => [{ action: 'ecs:ListTasks', resource: '*', keys: ofCluster(call) }],
  'ecs:DescribeTaskDefinition': () => [{ action: 'ecs:DescribeTaskDefinition', resource: '*' }],

  // list_amazoneventbridge.html
  'events:PutEvents': (call) =>
    entriesIn(call, 'Entries').map(({ EventBusName = 'default' }) => {
      const bus = String(EventBusName);
      return bus.startsWith('arn:')
        ? { action: 'events:PutEvents', resource: bus }
        : on(call, 'events:PutEvents', `event-bus/${bus}`);
    }),

  // list_amazons3.html
  's3:PutObject': (call) => [{ action: 's3:PutObject', resource: toObjectArn(call) }],
  's3:GetObject': (call) => [{ action: 's3:GetObject', resource: toObjectArn(call) }],
  's3:DeleteObject': (call) => [{ action: 's3:DeleteObject', resource: toObjectArn(call) }],

  // list_amazonsns.html : PublishBatch needs Publish.
  'sns:PublishBatch': (call) => [{ action: 'sns:Publish', resource: textIn(call, 'TopicArn') }],

  // list_amazonsqs.html : SendMessageBatch needs SendMessage.
  'sqs:SendMessageBatch': (call) => {
    const [owner, name] = textIn(call, 'QueueUrl').split('/').slice(-2);
    return [{ action: 'sqs:SendMessage', resource: `arn:aws:sqs:${call.region}:${owner}:${name}` }];
  },

  // list_awsstepfunctions.html
  'states:StartExecution': (call) => [
    { action: 'states:StartExecution', resource: textIn(call, 'stateMachineArn') },
  ],
  'states:DescribeStateMachine': (call) => [
    { action: 'states:DescribeStateMachine', resource: textIn(call, 'stateMachineArn') },
  ],
  'states:DescribeExecution': (call) => [
    { action: 'states:DescribeExecution', resource: textIn(call, 'executionArn') },
  ],
  'states:StopExecution': (call) => [
    { action: 'states:StopExecution', resource: textIn(call, 'executionArn') },
  ],
};

/** Throws for a call that is not in the table. */
export function toNeeds(call: AwsCall, known: Known): readonly Need[] {
  const name = `${call.service}:${call.operation}`;
  const give = needsOf[name];
  if (give === undefined) throw new Error(`it is not known what ${name} needs`);
  return give(call, known).map((need) => ({
    ...need,
    keys: { 'aws:RequestedRegion': call.region, ...need.keys },
  }));
}

/**
 * What a call works without, but is not told all: that an object is not there S3 says only to who may list its bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function toAnswerNeeds(call: AwsCall): readonly Need[] {
  return call.service === 's3' && call.operation === 'GetObject'
    ? [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${textIn(call, 'Bucket')}` }]
    : [];
}

/**
 * Passing the roles of its tasks, and its tags, are needed besides. A family without a revision is looked at as its
 * latest one. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
 */
function toRunTaskNeeds(call: AwsCall, { rolesOf }: Known): readonly Need[] {
  const definition = textIn(call, 'taskDefinition');
  const { taskRoleArn, executionRoleArn } = objectIn(call, 'overrides');
  const roles = [
    ...rolesOf(definition),
    ...[taskRoleArn, executionRoleArn].filter((arn) => arn !== undefined),
  ];
  const name = definition.startsWith('arn:') ? (definition.split('task-definition/')[1] ?? '') : definition;
  const cluster = toClusterName(call);
  return [
    {
      ...on(call, 'ecs:RunTask', `task-definition/${name.includes(':') ? name : `${name}:1`}`),
      keys: ofCluster(call),
    },
    ...roles.map((arn) => ({
      action: 'iam:PassRole',
      resource: String(arn),
      keys: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    })),
    ...('tags' in call.request
      ? [
          {
            ...on(call, 'ecs:TagResource', `task/${cluster}/0123456789abcdef0123456789abcdef`),
            keys: { 'ecs:CreateAction': 'RunTask', ...ofCluster(call) },
          },
        ]
      : []),
  ];
}

function toJobNeeds(call: AwsCall, { tagsOfJob }: Known): readonly Need[] {
  const id = textIn(call, 'jobId');
  const keys = Object.entries(tagsOfJob(id)).map(([name, value]) => [`aws:ResourceTag/${name}`, value]);
  return [{ ...on(call, `batch:${call.operation}`, `job/${id}`), keys: Object.fromEntries(keys) }];
}

function on({ service, region }: AwsCall, action: string, resource: string): Need {
  return { action, resource: `arn:aws:${service}:${region}:${account}:${resource}` };
}

function onTable(call: AwsCall, table: string): Need {
  return on(call, `dynamodb:${call.operation}`, `table/${table}`);
}

function onProject(call: AwsCall, project: string): Need {
  return on(call, `codebuild:${call.operation}`, `project/${project}`);
}

/** `report:0b54…` is a build of the project report. */
function toProject(buildId: string): string {
  return buildId.split(':')[0] ?? '';
}

function toClusterName(call: AwsCall): string {
  return textIn(call, 'cluster').split('/').at(-1) ?? '';
}

function ofCluster(call: AwsCall): Readonly<Record<string, string>> {
  return { 'ecs:cluster': `arn:aws:ecs:${call.region}:${account}:cluster/${toClusterName(call)}` };
}

function toTaskArn(call: AwsCall, task: string): string {
  return task.startsWith('arn:') ? task : on(call, '', `task/${toClusterName(call)}/${task}`).resource;
}

function toObjectArn(call: AwsCall): string {
  return `arn:aws:s3:::${textIn(call, 'Bucket')}/${textIn(call, 'Key')}`;
}

function textIn({ request, operation }: AwsCall, name: string): string {
  const value = request[name];
  if (typeof value !== 'string') throw new Error(`${operation} has no ${name}`);
  return value;
}

function textsIn({ request }: AwsCall, name: string): readonly string[] {
  const value = request[name];
  return Array.isArray(value) ? value.map(String) : [];
}

function objectIn({ request }: AwsCall, name: string): Readonly<Record<string, unknown>> {
  const value = request[name];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function entriesIn({ request }: AwsCall, name: string): readonly Readonly<Record<string, unknown>>[] {
  const value = request[name];
  return Array.isArray(value) ? value : [];
}
