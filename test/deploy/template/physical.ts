/** The account and Region that a template is resolved for. Nobody's. */
export const account = '123456789012';
export const region = 'eu-west-1';

type Properties = Readonly<Record<string, unknown>>;

/** How CloudFormation names a resource. `name`: the property that does, if it's given. */
type Physical = {
  readonly name?: string;
  /** What Ref gives, of a name; the name itself, if left out. */
  readonly ref?: (name: string, properties: Properties) => string;
  /** What Fn::GetAtt gives. */
  readonly attributes?: Readonly<Record<string, (name: string, properties: Properties) => string>>;
};

const arn =
  (service: string, before = '') =>
  (name: string) =>
    `arn:aws:${service}:${region}:${account}:${before}${name}`;

/** Of tasks and jobs, whose revisions a name stands before. */
const firstRevision = (service: string, before: string) => (name: string) =>
  `${arn(service, before)(name)}:1`;

const itsArn = (service: string, before = ''): Physical => ({ attributes: { Arn: arn(service, before) } });

/**
 * "Return values" of each resource's page:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
export const physical: Readonly<Record<string, Physical>> = {
  'AWS::ApiGatewayV2::Api': {
    ref: (name) => toApiId(name),
    attributes: { ApiEndpoint: (name) => `https://${toApiId(name)}.execute-api.${region}.amazonaws.com` },
  },
  'AWS::ApiGatewayV2::Authorizer': {},
  'AWS::ApiGatewayV2::Integration': {},
  'AWS::Batch::ComputeEnvironment': {
    name: 'ComputeEnvironmentName',
    ref: arn('batch', 'compute-environment/'),
    attributes: { ComputeEnvironmentArn: arn('batch', 'compute-environment/') },
  },
  'AWS::Batch::JobDefinition': { name: 'JobDefinitionName', ref: firstRevision('batch', 'job-definition/') },
  'AWS::Batch::JobQueue': {
    name: 'JobQueueName',
    ref: arn('batch', 'job-queue/'),
    attributes: { JobQueueArn: arn('batch', 'job-queue/') },
  },
  'AWS::CodeBuild::Project': { name: 'Name', ...itsArn('codebuild', 'project/') },
  'AWS::Cognito::UserPool': itsArn('cognito-idp', 'userpool/'),
  'AWS::DynamoDB::Table': {
    name: 'TableName',
    attributes: {
      Arn: arn('dynamodb', 'table/'),
      StreamArn: (name) => `${arn('dynamodb', 'table/')(name)}/stream/2026-01-01T00:00:00.000`,
    },
  },
  'AWS::EC2::InternetGateway': {},
  'AWS::EC2::RouteTable': {},
  'AWS::EC2::SecurityGroup': { attributes: { GroupId: (name) => name } },
  'AWS::EC2::Subnet': {},
  'AWS::EC2::VPC': { attributes: { DefaultSecurityGroup: (name) => `sg-of-${name}` } },
  'AWS::ECS::Cluster': { name: 'ClusterName', ...itsArn('ecs', 'cluster/') },
  'AWS::ECS::TaskDefinition': { name: 'Family', ref: firstRevision('ecs', 'task-definition/') },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    name: 'Name',
    ref: (name) => `${arn('elasticloadbalancing', 'targetgroup/')(name)}/50dc6c495c0c9188`,
  },
  'AWS::Events::EventBus': { name: 'Name', ...itsArn('events', 'event-bus/') },
  'AWS::Events::Rule': { name: 'Name', ...itsArn('events', 'rule/') },
  'AWS::IAM::InstanceProfile': { attributes: { Arn: ofAccount('iam', 'instance-profile/') } },
  'AWS::IAM::ManagedPolicy': { name: 'ManagedPolicyName', ref: ofAccount('iam', 'policy/') },
  'AWS::IAM::Role': {
    name: 'RoleName',
    attributes: {
      Arn: (name, { Path = '/' }) => `arn:aws:iam::${account}:role${Path}${name}`,
      RoleId: (name) => `AROA${name}`,
    },
  },
  'AWS::Kinesis::Stream': { name: 'Name', ...itsArn('kinesis', 'stream/') },
  'AWS::Kinesis::StreamConsumer': {
    name: 'ConsumerName',
    ref: (name, properties) => toConsumerArn(name, properties),
    attributes: { ConsumerARN: (name, properties) => toConsumerArn(name, properties) },
  },
  'AWS::Lambda::Function': { name: 'FunctionName', ...itsArn('lambda', 'function:') },
  'AWS::Lambda::Permission': {},
  'AWS::Logs::LogGroup': {
    name: 'LogGroupName',
    attributes: { Arn: (name) => `${arn('logs', 'log-group:')(name)}:*` },
  },
  'AWS::S3::Bucket': { name: 'BucketName', attributes: { Arn: (name) => `arn:aws:s3:::${name}` } },
  'AWS::SNS::Topic': {
    name: 'TopicName',
    ref: arn('sns'),
    attributes: { TopicArn: arn('sns'), TopicName: (name) => name },
  },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    ref: (name) => `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    attributes: { Arn: arn('sqs'), QueueName: (name) => name },
  },
  'AWS::Scheduler::ScheduleGroup': { name: 'Name', ...itsArn('scheduler', 'schedule-group/') },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    ref: arn('states', 'stateMachine:'),
    attributes: { Arn: arn('states', 'stateMachine:'), Name: (name) => name },
  },
};

function ofAccount(service: string, before: string) {
  return (name: string, { Path = '/' }: Properties) =>
    `arn:aws:${service}::${account}:${before.replace(/\/$/, '')}${Path}${name}`;
}

function toApiId(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function toConsumerArn(name: string, { StreamARN }: Properties): string {
  return `${StreamARN}/consumer/${name}:1795168800`;
}
