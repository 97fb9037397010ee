import { toBuildspec } from '../../../jobs/cloud-plan.ts';
import type { Job } from '../../../jobs/schema/job.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import type { Statement } from '../../cloudformation/statement.ts';
import { arnOf, getAtt, ref, sub, type Value } from '../../cloudformation/value.ts';
import { toNamePrefix } from '../../names.ts';
import { toValue } from '../from-jobs.ts';
import type { Declared, JobPart, StackContext } from '../part.ts';
import { StackError } from '../stack-error.ts';
import { toImageStatements } from './image-statements.ts';
import { toLogGroup, toLogGroupId, toWriteLogs } from './job-logs.ts';
import { toJobRole, toJobRoleId } from './job-role.ts';
import { toSecretStatements } from './secret-statements.ts';
import { fromTemplateText, splitTemplate, toTemplateText } from './template-text.ts';

type Build = NonNullable<Job['build']>;

/** A job that CodeBuild runs: in a project of its own, or in one that is there already, which is only started. */
export function toCodeBuildJob(job: Job, context: StackContext): JobPart {
  const { build } = job;
  const project = job.projectName ?? toProjectName(job, context);
  const calls = toBuildCalls(project);
  if (build === undefined) {
    return { resources: {}, ...calls, stateChanges: [{ of: 'build', project: toValue(project) }] };
  }
  return {
    ...toResources(job, build, context),
    ...calls,
    stateChanges: [{ of: 'build', project: { prefix: toNamePrefix(context.stage) } }],
    deployed: { target: 'codebuild', project },
  };
}

/**
 * Builds are allowed by their project, whose name may end in `*`. BatchGetBuilds and ListBuildsForProject are the look for a build that was
 * started already. https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-permissions-reference.html
 */
export function toBuildCalls(project: string): Pick<JobPart, 'starting' | 'following'> {
  const resources = [toProjectArn(project)];
  const looks = ['codebuild:BatchGetBuilds', 'codebuild:ListBuildsForProject'];
  return {
    starting: [{ actions: ['codebuild:StartBuild', ...looks], resources }],
    following: [{ actions: ['codebuild:StopBuild', ...looks], resources }],
  };
}

function toResources(job: Job, build: Build, context: StackContext): Pick<JobPart, 'resources' | 'outputs'> {
  const logGroup = toLogGroupId(job);
  const project = toLogicalId(job.name, 'Project');
  const statements: readonly Statement[] = [
    toWriteLogs(job, context),
    ...toImageStatements([build.image]),
    ...toSecretStatements((build.secrets ?? []).map(({ valueFrom }) => valueFrom)),
  ];
  return {
    resources: {
      [logGroup]: toLogGroup(job, context),
      [toJobRoleId(job)]: toJobRole(job, context, statements),
      [project]: toProject(job, build, context),
    },
    outputs: {
      [toLogicalId(job.name, 'ProjectName')]: {
        Description: `Build project of the job ${job.name}`,
        Value: ref(project),
      },
      [toLogicalId(job.name, 'LogGroupArn')]: {
        Description: `Log group of the job ${job.name}`,
        Value: getAtt(logGroup, 'Arn'),
      },
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html */
function toProject(job: Job, build: Build, context: StackContext): Declared {
  const { image, computeType, commands, environment = [], secrets = [] } = build;
  const isInEcr = toImageStatements([image]).length > 0;
  const variables = [
    ...environment.map(({ name, value }) => ({ Name: name, Type: 'PLAINTEXT', Value: toValue(value) })),
    ...secrets.map(({ name, valueFrom }) => ({ Name: name, ...toSecret(valueFrom) })),
  ];
  return {
    Type: 'AWS::CodeBuild::Project',
    line: job.line,
    Properties: {
      Name: toProjectName(job, context),
      Description: `Runs the job ${job.name}`,
      ServiceRole: getAtt(toJobRoleId(job), 'Arn'),
      Source: { Type: 'NO_SOURCE', BuildSpec: toBuildspec(commands) },
      Artifacts: { Type: 'NO_ARTIFACTS' },
      Environment: {
        Type: toEnvironmentType(job, image),
        Image: toValue(image),
        ComputeType: computeType,
        // CodeBuild's own images can only be pulled by itself, and public ones can be.
        ImagePullCredentialsType: isInEcr ? 'SERVICE_ROLE' : 'CODEBUILD',
        ...(variables.length > 0 && { EnvironmentVariables: variables }),
      },
      TimeoutInMinutes: toMinutes(job.timeout, 2160),
      QueuedTimeoutInMinutes: toMinutes(job.startTimeout, 480),
      LogsConfig: { CloudWatchLogs: { Status: 'ENABLED', GroupName: ref(toLogGroupId(job)) } },
      Tags: [{ Key: 'signalbox:job', Value: job.name }],
    },
  };
}

/**
 * By the image's name: what doesn't name an architecture there is for x86_64.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
 */
function toEnvironmentType({ name, line }: Job, image: string): string {
  if (/^aws\/codebuild\/(?:windows|macos|.*lambda)/.test(image)) {
    const message = `the image ${image} of the job ${name} is not for a Linux machine with one of the BUILD_GENERAL1 sizes; expected another, such as aws/codebuild/amazonlinux-x86_64-standard:5.0`;
    throw new StackError([{ line, message }]);
  }
  return /aarch64|arm64/.test(image) ? 'ARM_CONTAINER' : 'LINUX_CONTAINER';
}

/**
 * A secret by its ARN, with the JSON key and the version that may follow it; a parameter by its name. What a reference
 * leads to is not known yet, and taken for a secret.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
 */
function toSecret(valueFrom: string): { readonly Type: string; readonly Value: Value } {
  const [, , service, , , ...rest] = splitTemplate(toTemplateText(valueFrom) ?? '', ':');
  if (service !== 'ssm') return { Type: 'SECRETS_MANAGER', Value: toValue(valueFrom) };
  const [, ...levels] = splitTemplate(rest.join(':'), '/');
  // An ARN leaves out the "/" that the name of a parameter with several levels begins with.
  const name = levels.length > 1 ? `/${levels.join('/')}` : levels.join('');
  return { Type: 'PARAMETER_STORE', Value: fromTemplateText(name) };
}

/** Rounded up: CodeBuild must not end what still has time. */
function toMinutes(seconds: number, most: number): number {
  return Math.min(Math.max(Math.ceil(seconds / 60), 5), most);
}

function toProjectArn(name: string): Value {
  const project = toTemplateText(name);
  if (project !== undefined) return arnOf('codebuild', `project/${project}`);
  const arn = `arn:\${AWS::Partition}:codebuild:\${AWS::Region}:\${AWS::AccountId}:project/\${Project}`;
  return sub(arn, { Project: toValue(name) });
}

function toProjectName({ name }: Job, { stage }: StackContext): string {
  return `${toNamePrefix(stage)}${name}`;
}
