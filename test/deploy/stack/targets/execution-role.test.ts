import { describe, expect, it } from 'vitest';
import { toPlace } from '../../../../shared/deploy/stack/targets/place.ts';
import { isAllowed, type ResolvedStatement } from '../../iam/policy.ts';
import { compile, container, toContext } from './fargate-stack.ts';

const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const secrets = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret';
const size = 'resources: { cpu: 0.25, memory: 512 }';
const onFargate = (image: string, others = '') =>
  `target: fargate, container: { image: ${image}${others} }, ${size}`;
const withSecret = (valueFrom: string) =>
  onFargate('node', `, secrets: [{ name: DB_PASSWORD, valueFrom: ${valueFrom} }]`);
const pull = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const plain = { a: `target: fargate, ${container}` };

describe('the role that ECS prepares containers with', () => {
  it('writes logs and reads events that are files, those of all jobs', () => {
    const { allowedTo } = compile(plain);
    const may = (action: string, resource: string) =>
      isAllowed(allowedTo('SharedExecution'), { action, resource });
    const group = 'arn:aws:logs:eu-west-1:123456789012:log-group:/signalbox/media/prod/a';
    expect(may('logs:CreateLogStream', `${group}:*`)).toBe(true);
    expect(may('logs:PutLogEvents', `${group}:log-stream:run/job/0123`)).toBe(true);
    expect(may('logs:PutLogEvents', group.replace('prod', 'test').concat(':log-stream:x'))).toBe(false);
    expect(may('s3:GetObject', 'arn:aws:s3:::payloads/payloads/a/0123/4567.env')).toBe(true);
    expect(may('s3:GetObject', 'arn:aws:s3:::payloads/others/0123')).toBe(false);
    expect(may('s3:GetBucketLocation', 'arn:aws:s3:::payloads')).toBe(true);
  });

  it('is one for all jobs without secrets, and one of its own for each with them', () => {
    const { resources, resolve } = compile({
      ...plain,
      b: `target: fargate, ${container}`,
      c: withSecret(`'${secrets}:db-AbCdE1'`),
    });
    const roles = Object.keys(resources).filter((id) => id.includes('Execution'));
    expect(roles).toEqual(['SharedExecution', 'CExecutionRole']);
    expect(resolve.properties('SharedExecution')['Path']).toBe('/signalbox/media/prod/execution/');
    const rolesOf = ['A', 'B', 'C'].map(
      (job) => resolve.properties(`${job}TaskDefinition`)['ExecutionRoleArn'],
    );
    const path = 'arn:aws:iam::123456789012:role/signalbox/media/prod/execution';
    expect(rolesOf).toEqual([
      `${path}/stack-SharedExecution-1a2b3c`,
      `${path}/stack-SharedExecution-1a2b3c`,
      `${path}/stack-CExecutionRole-1a2b3c`,
    ]);
  });

  it('is still there when all jobs have secrets, for runs from before they had: without the secrets', () => {
    const image = `'${registry}/thumbnail:1.4'`;
    const { allowedTo } = compile({
      c: onFargate(image, `, secrets: [{ name: DB_PASSWORD, valueFrom: '${secrets}:db-AbCdE1' }]`),
    });
    const may = (action: string, resource: string) =>
      isAllowed(allowedTo('SharedExecution'), { action, resource });
    const group = 'arn:aws:logs:eu-west-1:123456789012:log-group:/signalbox/media/prod/c';
    expect(may('logs:CreateLogStream', `${group}:*`)).toBe(true);
    expect(may('ecr:BatchGetImage', 'arn:aws:ecr:eu-west-1:123456789012:repository/thumbnail')).toBe(true);
    expect(may('secretsmanager:GetSecretValue', `${secrets}:db-AbCdE1`)).toBe(false);
  });

  it('is not there for jobs without a container', () => {
    const existing = `target: fargate, taskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/x', containerName: main`;
    expect(compile({ a: existing }).resources).not.toHaveProperty('SharedExecution');
  });

  it("of a job with secrets reads those alone, and that job's logs and events", () => {
    const { allowedTo } = compile({ ...plain, c: withSecret(`'${secrets}:db-AbCdE1'`) });
    const may = (action: string, resource: string) =>
      isAllowed(allowedTo('CExecutionRole'), { action, resource });
    expect(may('secretsmanager:GetSecretValue', `${secrets}:db-AbCdE1`)).toBe(true);
    expect(may('secretsmanager:GetSecretValue', `${secrets}:other-AbCdE1`)).toBe(false);
    const group = 'arn:aws:logs:eu-west-1:123456789012:log-group:/signalbox/media/prod';
    expect(may('logs:PutLogEvents', `${group}/c:log-stream:x`)).toBe(true);
    expect(may('logs:PutLogEvents', `${group}/a:log-stream:x`)).toBe(false);
    expect(may('s3:GetObject', 'arn:aws:s3:::payloads/payloads/a/x.env')).toBe(false);
    expect(
      isAllowed(allowedTo('SharedExecution'), {
        action: 'secretsmanager:GetSecretValue',
        resource: `${secrets}:db-AbCdE1`,
      }),
    ).toBe(false);
  });

  it('counts the secrets and the images of sidecars too', () => {
    const { allowedTo } = compile({
      c: `${onFargate('node')}, sidecars: [{ name: proxy, image: '${registry}/proxy:1',
        secrets: [{ name: KEY, valueFrom: '${secrets}:key-AbCdE1' }] }]`,
    });
    const may = (action: string, resource: string) =>
      isAllowed(allowedTo('CExecutionRole'), { action, resource });
    expect(may('secretsmanager:GetSecretValue', `${secrets}:key-AbCdE1`)).toBe(true);
    expect(may('ecr:BatchGetImage', 'arn:aws:ecr:eu-west-1:123456789012:repository/proxy')).toBe(true);
  });
});

it('has its permissions in policies apart when they are more than a role can have in itself', () => {
  const names = Array.from({ length: 150 }, (_, index) => `job-${index}`);
  const jobs = names.map((name) => [name, onFargate(`'${registry}/${name}'`)] as const);
  const { resolve, resources } = compile(Object.fromEntries(jobs));
  const policies = Object.keys(resources).filter((id) => /^SharedExecutionPolicy/.test(id));
  expect(resolve.properties('SharedExecution')).not.toHaveProperty('Policies');
  expect(resolve.properties('SharedExecution')['ManagedPolicyArns']).toEqual(policies.map(resolve.ref));
  const documents = policies.map((id) => resolve.properties(id)['PolicyDocument']);
  expect(documents.filter((document) => JSON.stringify(document).length > 6_144)).toEqual([]);
  const statements = documents.flatMap(
    (document) => (document as { Statement: ResolvedStatement[] }).Statement,
  );
  const isPulled = (name: string) =>
    isAllowed(statements, {
      action: 'ecr:BatchGetImage',
      resource: `arn:aws:ecr:eu-west-1:123456789012:repository/${name}`,
    });
  expect(names.filter((name) => !isPulled(name))).toEqual([]);
});

it('reads no events where Batch runs them, which has no files for them', () => {
  const { resources } = toPlace(toContext({ a: `target: batch, ${container}, compute: { type: fargate }` }));
  expect(JSON.stringify(resources['SharedExecution'])).toContain('logs:PutLogEvents');
  expect(JSON.stringify(resources['SharedExecution'])).not.toContain('s3:');
});

describe('an image', () => {
  const own = 'resources: { Images: { Type: AWS::ECR::Repository } }';
  const statementsOf = (image: string) => {
    const { resources } = compile({ a: onFargate(image) }, own);
    return resources.SharedExecution.Properties.Policies[0].PolicyDocument.Statement.filter(
      ({ Action }: { readonly Action: readonly string[] }) =>
        Action.some((action) => action.startsWith('ecr:')),
    );
  };
  const sub = (text: string) => ({ 'Fn::Sub': text });
  const repository = (text: string) => sub(`arn:\${AWS::Partition}:ecr:${text}`);

  it.each([
    'node:24',
    'ghcr.io/acme/thumbnail:1.4',
    'public.ecr.aws/docker/library/node:24',
    'localhost:5000/a',
  ])('of a public registry needs nothing: %s', (image) => {
    expect(statementsOf(`'${image}'`)).toEqual([]);
  });

  it.each([
    [`'${registry}/thumbnail:1.4'`, repository('eu-west-1:123456789012:repository/thumbnail')],
    [`'${registry}/team/thumbnail'`, repository('eu-west-1:123456789012:repository/team/thumbnail')],
    [
      `'${registry}/thumbnail@sha256:${'0'.repeat(64)}'`,
      repository('eu-west-1:123456789012:repository/thumbnail'),
    ],
    [
      "'210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn/a:1'",
      repository('cn-north-1:210987654321:repository/a'),
    ],
    ["'210987654321.dkr-ecr.us-east-1.on.aws/a:1'", repository('us-east-1:210987654321:repository/a')],
    [
      `!Sub '\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.\${AWS::URLSuffix}/\${AWS::StackName}/a:1'`,
      repository(`\${AWS::Region}:\${AWS::AccountId}:repository/\${AWS::StackName}/a`),
    ],
    [`!Sub '\${Images.RepositoryUri}:7'`, { 'Fn::GetAtt': ['Images', 'Arn'] }],
    ['!GetAtt Images.RepositoryUri', { 'Fn::GetAtt': ['Images', 'Arn'] }],
    ['!ImportValue image', sub(`arn:\${AWS::Partition}:ecr:\${AWS::Region}:\${AWS::AccountId}:repository/*`)],
    [
      "'{{resolve:ssm:/image}}'",
      sub(`arn:\${AWS::Partition}:ecr:\${AWS::Region}:\${AWS::AccountId}:repository/*`),
    ],
  ])('of ECR is pulled from its repository: %s', (image, arn) => {
    expect(statementsOf(image)).toEqual([
      { Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: '*' },
      { Effect: 'Allow', Action: pull, Resource: [arn] },
    ]);
  });
});

describe('a secret', () => {
  const own = "resources: { Db: { Type: 'AWS::SecretsManager::Secret' } }";
  const statementsOf = (valueFrom: string) => {
    const { resources } = compile({ a: withSecret(valueFrom) }, own);
    return resources.AExecutionRole.Properties.Policies[0].PolicyDocument.Statement.filter(
      ({ Action }: { readonly Action: readonly string[] }) =>
        Action.some((action) => /^(?:secretsmanager|ssm):/.test(action)),
    );
  };
  const secret = (resource: unknown) => [
    { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: [resource] },
  ];
  const parameter = (resource: unknown) => [
    { Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: [resource] },
  ];
  const inSub = `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret`;

  it.each([
    [`'${secrets}:db-AbCdE1'`, secret(`${secrets}:db-AbCdE1`)],
    [`'${secrets}:db-AbCdE1:password::'`, secret(`${secrets}:db-AbCdE1`)],
    [`'${secrets}:db-x1'`, secret(`${secrets}:db-x1-??????`)],
    [`!Sub '${inSub}:db-AbCdE1:password::'`, secret({ 'Fn::Sub': `${inSub}:db-AbCdE1` })],
    [`!Sub '\${Db}:password::'`, secret({ 'Fn::Sub': `\${Db}` })],
    ['!Ref Db', secret({ Ref: 'Db' })],
    ['!ImportValue db', secret({ 'Fn::ImportValue': 'db' })],
  ])('of Secrets Manager is read without its key and its version: %s', (valueFrom, statements) => {
    expect(statementsOf(valueFrom)).toEqual(statements);
  });

  it.each([
    [
      "'arn:aws:ssm:eu-west-1:123456789012:parameter/db/user'",
      parameter('arn:aws:ssm:eu-west-1:123456789012:parameter/db/user'),
    ],
    [
      `!Sub 'arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/db'`,
      parameter({ 'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/db` }),
    ],
  ])('may be a parameter of Systems Manager: %s', (valueFrom, statements) => {
    expect(statementsOf(valueFrom)).toEqual(statements);
  });
});
