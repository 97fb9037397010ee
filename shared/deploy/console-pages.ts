import { toConsole } from '../targets/console.ts';
import { toLogicalId } from './cloudformation/logical-id.ts';
import type { DeployedResource, DeployedStack } from './deployed-stack.ts';

/** Where in AWS a stack is, as its id says: `arn:<partition>:cloudformation:<region>:<account>:stack/…`. */
type Place = { readonly partition: string; readonly region: string; readonly account: string };

/** By type of a resource, its page's path in the console. */
const pages: Readonly<Record<string, (id: string, place: Place) => string>> = {
  'AWS::Lambda::Function': (name, { region }) =>
    `lambda/home?region=${region}#/functions/${encodeURIComponent(name)}`,
  'AWS::ECS::TaskDefinition': (arn, { region }) => {
    const family = arn.split('/').at(-1)?.split(':')[0] ?? '';
    return `ecs/v2/task-definitions/${encodeURIComponent(family)}?region=${region}`;
  },
  'AWS::CodeBuild::Project': (name, { region, account }) =>
    `codesuite/codebuild/${account}/projects/${encodeURIComponent(name)}/?region=${region}`,
  'AWS::StepFunctions::StateMachine': (arn, { region }) =>
    `states/home?region=${region}#/statemachines/view/${encodeURIComponent(arn)}`,
  'AWS::Logs::LogGroup': (name, { region }) =>
    // The page takes its path from after the #, in an encoding of its own.
    `cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$')}`,
};

/** The page of a resource in the AWS console, where a person has something to do there. */
export function toPage({ type, physicalId }: DeployedResource, stack: DeployedStack): string | undefined {
  const place = toPlace(stack);
  const page = pages[type]?.(physicalId, place);
  return page === undefined ? undefined : toConsole(place.partition, place.region, page);
}

/** Where the manual function is called with a test event. */
export function toTestPage(functionPage: string): string {
  return `${functionPage}?tab=testing`;
}

export function toStackPage(stack: DeployedStack): string {
  const { partition, region } = toPlace(stack);
  const id = encodeURIComponent(stack.id);
  return toConsole(partition, region, `cloudformation/home?region=${region}#/stacks/stackinfo?stackId=${id}`);
}

function toPlace({ id }: DeployedStack): Place {
  const [, partition = '', , region = '', account = ''] = id.split(':');
  return { partition, region, account };
}

/** Of what a job runs on, and where its output goes; the stack gives them these ids. */
export function toJobResourceIds(job: string): readonly string[] {
  return ['TaskDefinition', 'Project', 'StateMachine', 'JobLogGroup'].map((what) => toLogicalId(job, what));
}
