import type { Template } from '../../../shared/deploy/cloudformation/template.ts';
import type { NestedTemplate } from '../../../shared/deploy/nested/split.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const limits = { resources: 500, outputs: 200, parameters: 200, bytes: 1_048_576, idLength: 255 };

/** Longest texts, in characters, where they have no functions in them. */
const longestNames: Readonly<Record<string, { readonly property: string; readonly most: number }>> = {
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  'AWS::Lambda::Function': { property: 'FunctionName', most: 64 },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  'AWS::IAM::Role': { property: 'RoleName', most: 64 },
  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
  'AWS::StepFunctions::StateMachine': { property: 'StateMachineName', most: 80 },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  'AWS::SQS::Queue': { property: 'QueueName', most: 80 },
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
  'AWS::Events::Rule': { property: 'Name', most: 64 },
  // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
  'AWS::Scheduler::Schedule': { property: 'Name', most: 64 },
  'AWS::Scheduler::ScheduleGroup': { property: 'Name', most: 64 },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
  'AWS::ElasticLoadBalancingV2::TargetGroup': { property: 'Name', most: 32 },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  'AWS::S3::Bucket': { property: 'BucketName', most: 63 },
  // https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
  'AWS::CodeBuild::Project': { property: 'Name', most: 150 },
  // https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
  'AWS::Batch::JobDefinition': { property: 'JobDefinitionName', most: 128 },
  'AWS::Batch::JobQueue': { property: 'JobQueueName', most: 128 },
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html : characters, white space left out */
const policies = { inline: 10_240, managed: 6_144, managedPerRole: 10 };

/** What CloudFormation or a service would refuse because of its size. */
export function checkLimits(template: Template | NestedTemplate): readonly string[] {
  const { Resources, Outputs = {} } = template;
  const bytes = Buffer.byteLength(JSON.stringify(template));
  return [
    ...check('resources', Object.keys(Resources).length, limits.resources),
    ...check('outputs', Object.keys(Outputs).length, limits.outputs),
    ...check(
      'parameters',
      'Parameters' in template ? Object.keys(template.Parameters).length : 0,
      limits.parameters,
    ),
    ...check('bytes', bytes, limits.bytes),
    ...Object.keys(Resources).flatMap((id) => checkId(id)),
    ...Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) => [
      ...checkName(id, Type, Properties),
      ...checkPolicies(id, Type, Properties),
    ]),
  ];
}

function check(what: string, count: number, most: number): readonly string[] {
  return count > most ? [`${count} ${what}, expected at most ${most}`] : [];
}

function checkId(id: string): readonly string[] {
  return /^[A-Za-z0-9]+$/.test(id) && id.length <= limits.idLength ? [] : [`${id} is no logical id`];
}

function checkName(
  id: string,
  type: string,
  properties: Readonly<Record<string, unknown>>,
): readonly string[] {
  const longest = longestNames[type];
  const name = longest && properties[longest.property];
  if (longest === undefined || typeof name !== 'string' || name.length <= longest.most) return [];
  return [
    `${id}: ${longest.property} ${name} has ${name.length} characters, expected at most ${longest.most}`,
  ];
}

/** As they are in the template: what functions give is about as long as they are. */
function checkPolicies(
  id: string,
  type: string,
  properties: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (type === 'AWS::IAM::ManagedPolicy') {
    return check(
      `characters in the policy of ${id}`,
      lengthOf(properties['PolicyDocument']),
      policies.managed,
    );
  }
  if (type !== 'AWS::IAM::Role') return [];
  const { Policies = [], ManagedPolicyArns = [] } = properties;
  return [
    ...check(`characters in the policies of ${id}`, lengthOf(Policies), policies.inline),
    ...check(
      `managed policies of ${id}`,
      Array.isArray(ManagedPolicyArns) ? ManagedPolicyArns.length : 0,
      policies.managedPerRole,
    ),
  ];
}

function lengthOf(document: unknown): number {
  return (JSON.stringify(document) ?? '').length;
}
