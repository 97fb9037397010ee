import { describe, expect, it } from 'vitest';
import { StackError } from '../../../../shared/deploy/stack/stack-error.ts';
import { build, stackOf } from '../stack-of.ts';
import { own, resourcesOf, statementsOf } from './role-of.ts';

const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/tools:1';

/** What a job `report` is made into. */
function partOf(job: object, more: object = {}) {
  const [only] = stackOf({ jobs: { report: { ...build, ...job } }, ...more }).jobs;
  if (only === undefined) throw new Error('there is no job');
  return only.part;
}

function withBuild(more: object) {
  return partOf({ build: { ...build.build, ...more } });
}

function projectOf(part: ReturnType<typeof partOf>) {
  return part.resources['ReportProject']?.Properties ?? {};
}

function environmentOf(part: ReturnType<typeof partOf>) {
  return projectOf(part)['Environment'] as Readonly<Record<string, unknown>>;
}

const roleOf = (part: ReturnType<typeof partOf>) => part.resources['ReportJobRole'];
const projectArn = (name: string) => own('codebuild', `project/${name}`);

describe('a job that CodeBuild runs', () => {
  it('is a project without a source, whose commands are its buildspec', () => {
    const part = partOf({ timeout: 600, startTimeout: 61, logging: { retentionDays: 30 } });
    expect(part.resources['ReportProject']).toEqual({
      Type: 'AWS::CodeBuild::Project',
      line: 1,
      Properties: {
        Name: 'media-prod-report',
        Description: 'Runs the job report',
        ServiceRole: { 'Fn::GetAtt': ['ReportJobRole', 'Arn'] },
        Source: {
          Type: 'NO_SOURCE',
          BuildSpec: '{"version":0.2,"phases":{"build":{"commands":["make"]}}}',
        },
        Artifacts: { Type: 'NO_ARTIFACTS' },
        Environment: {
          Type: 'LINUX_CONTAINER',
          Image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0',
          ComputeType: 'BUILD_GENERAL1_SMALL',
          ImagePullCredentialsType: 'CODEBUILD',
        },
        TimeoutInMinutes: 10,
        QueuedTimeoutInMinutes: 5,
        LogsConfig: { CloudWatchLogs: { Status: 'ENABLED', GroupName: { Ref: 'ReportJobLogGroup' } } },
        Tags: [{ Key: 'signalbox:job', Value: 'report' }],
      },
    });
    expect(part.resources['ReportJobLogGroup']?.Properties).toMatchObject({
      LogGroupName: '/signalbox/media/prod/report',
      RetentionInDays: 30,
    });
    expect(part.deployed).toEqual({ target: 'codebuild', project: 'media-prod-report' });
  });

  it.each([
    [300, 3600, 5, 60],
    [129_600, 28_800, 2160, 480],
    [3600, 301, 60, 6],
  ])('runs for %i s and waits for %i s, in minutes %i and %i', (timeout, startTimeout, runs, waits) => {
    expect(projectOf(partOf({ timeout, startTimeout }))).toMatchObject({
      TimeoutInMinutes: runs,
      QueuedTimeoutInMinutes: waits,
    });
  });

  it.each([
    ['aws/codebuild/amazonlinux-aarch64-standard:3.0', 'ARM_CONTAINER', 'CODEBUILD'],
    ['aws/codebuild/standard:7.0', 'LINUX_CONTAINER', 'CODEBUILD'],
    ['public.ecr.aws/acme/tools-arm64:1', 'ARM_CONTAINER', 'CODEBUILD'],
    ['node:24', 'LINUX_CONTAINER', 'CODEBUILD'],
    [ecr, 'LINUX_CONTAINER', 'SERVICE_ROLE'],
  ])('runs %s in a %s, pulled as %s', (image, type, credentials) => {
    expect(environmentOf(withBuild({ image }))).toMatchObject({
      Type: type,
      Image: image,
      ImagePullCredentialsType: credentials,
    });
  });

  it.each([
    'aws/codebuild/windows-base:2022-1.0',
    'aws/codebuild/amazonlinux-x86_64-lambda-standard:nodejs20',
  ])('is refused with the image %s, which no compute type of jobs.yml fits', (image) => {
    const compile = () => withBuild({ image });
    expect(compile).toThrow(StackError);
    expect(compile).toThrow(`the image ${image} of the job report is not for a Linux machine`);
  });

  it('knows a secret by its ARN and key, and a parameter by its name', () => {
    const secrets = [
      {
        name: 'DB',
        valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:password::',
      },
      { name: 'TEAM', valueFrom: 'arn:aws:ssm:eu-west-1:123456789012:parameter/team/key' },
      { name: 'PLAIN', valueFrom: 'arn:aws:ssm:eu-west-1:123456789012:parameter/key' },
    ];
    const part = withBuild({ environment: [{ name: 'WIDTH', value: 320 }], secrets });
    expect(environmentOf(part)['EnvironmentVariables']).toEqual([
      { Name: 'WIDTH', Type: 'PLAINTEXT', Value: '320' },
      {
        Name: 'DB',
        Type: 'SECRETS_MANAGER',
        Value: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:password::',
      },
      { Name: 'TEAM', Type: 'PARAMETER_STORE', Value: '/team/key' },
      { Name: 'PLAIN', Type: 'PARAMETER_STORE', Value: 'key' },
    ]);
    expect(resourcesOf(roleOf(part), 'secretsmanager:GetSecretValue')).toEqual([
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf',
    ]);
    expect(resourcesOf(roleOf(part), 'ssm:GetParameters')).toEqual([
      'arn:aws:ssm:eu-west-1:123456789012:parameter/team/key',
      'arn:aws:ssm:eu-west-1:123456789012:parameter/key',
    ]);
  });

  it('may write its log, read its own events, and do what jobs.yml says', () => {
    const part = partOf({
      iamRoleStatements: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::reports/*' }],
    });
    expect(statementsOf(roleOf(part))).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: [{ 'Fn::Sub': `\${Payloads.Arn}/payloads/report/*` }],
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [own('logs', 'log-group:/signalbox/media/prod/report:*')],
      },
      { Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::reports/*'] },
    ]);
  });

  it('may pull an image of ECR from its repository alone', () => {
    const role = roleOf(withBuild({ image: ecr }));
    expect(resourcesOf(role, 'ecr:BatchGetImage')).toEqual([
      { 'Fn::Sub': `arn:\${AWS::Partition}:ecr:eu-west-1:123456789012:repository/tools` },
    ]);
    expect(resourcesOf(role, 'ecr:GetAuthorizationToken')).toEqual(['*']);
    expect(resourcesOf(roleOf(partOf({})), 'ecr:GetAuthorizationToken')).toEqual([]);
  });

  it('is started, looked for and stopped by its project, in a look before each start', () => {
    const { starting, following, stateChanges } = partOf({});
    const resources = [projectArn('media-prod-report')];
    const looks = ['codebuild:BatchGetBuilds', 'codebuild:ListBuildsForProject'];
    expect(starting).toEqual([{ actions: ['codebuild:StartBuild', ...looks], resources }]);
    expect(following).toEqual([{ actions: ['codebuild:StopBuild', ...looks], resources }]);
    expect(stateChanges).toEqual([{ of: 'build', project: { prefix: 'media-prod-' } }]);
  });

  it('has outputs that lead from its resources to it', () => {
    expect(partOf({}).outputs).toEqual({
      ReportProjectName: { Description: 'Build project of the job report', Value: { Ref: 'ReportProject' } },
      ReportLogGroupArn: {
        Description: 'Log group of the job report',
        Value: { 'Fn::GetAtt': ['ReportJobLogGroup', 'Arn'] },
      },
    });
  });
});

describe('a job with a project that is there already', () => {
  const there = { build: undefined, projectName: 'nightly' };

  it('makes nothing, and is only started and looked at', () => {
    const part = partOf(there);
    expect(part).not.toHaveProperty('deployed');
    expect(part.resources).toEqual({});
    expect(part.starting).toMatchObject([{ resources: [projectArn('nightly')] }]);
    expect(part.stateChanges).toEqual([{ of: 'build', project: 'nightly' }]);
  });

  it('may be one of the same stack', () => {
    const part = partOf(
      { build: undefined, projectName: { Ref: 'Nightly' } },
      { resources: { Nightly: { Type: 'AWS::CodeBuild::Project', Properties: {} } } },
    );
    expect(part.starting).toMatchObject([
      { resources: [{ 'Fn::Sub': [projectArn(`\${Project}`)['Fn::Sub'], { Project: { Ref: 'Nightly' } }] }] },
    ]);
  });
});
