import { describe, expect, it } from 'vitest';
import { toLongestJson } from '../../../shared/deploy/cloudformation/longest.ts';
import type { Permission } from '../../../shared/deploy/stack/part.ts';
import { toAnyResources, toRoles } from '../../../shared/deploy/stack/roles.ts';
import { StackError } from '../../../shared/deploy/stack/stack-error.ts';
import { stackOf, task } from './stack-of.ts';

const { context } = stackOf({ jobs: { thumbnail: task } });

type Document = {
  readonly Statement: readonly { readonly Action: readonly string[]; readonly Resource: unknown }[];
};

const logsOf = (name: string) => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: [
    {
      'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/media-prod-${name}:*`,
    },
  ],
});

const queueOf = (index: number) =>
  `arn:aws:sqs:eu-west-1:123456789012:a-queue-with-a-rather-long-name-${index}`;

const send = (count: number): Permission => ({
  functions: ['wake'],
  statement: {
    actions: ['sqs:SendMessage'],
    resources: Array.from({ length: count }, (_, index) => queueOf(index)),
  },
});

describe('the role of a function', () => {
  it('is one for each, which Lambda alone may take on', () => {
    const roles = toRoles(context, []);
    expect(Object.keys(roles)).toEqual(['ManualRole', 'WakeRole', 'SweepRole', 'StateChangeRole']);
    expect(roles['WakeRole']?.Properties).toMatchObject({
      Path: '/signalbox/media/prod/function/',
      AssumeRolePolicyDocument: {
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
    });
  });

  it('has its own log group and what the function was given, and nothing else', () => {
    const statement = { actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:eu-west-1:123456789012:x'] };
    const roles = toRoles(context, [{ functions: ['wake', 'sweep'], statement }]);
    const statementsOf = (id: string) => {
      const policies = roles[id]?.Properties?.['Policies'] as readonly {
        readonly PolicyDocument: Document;
      }[];
      return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    };
    const given = { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: statement.resources };
    expect(statementsOf('WakeRole')).toEqual([logsOf('wake'), given]);
    expect(statementsOf('SweepRole')).toEqual([logsOf('sweep'), given]);
    expect(statementsOf('ManualRole')).toEqual([logsOf('manual')]);
  });

  it('has policies of their own when a role has no room for them, each as long as IAM takes', () => {
    const roles = toRoles(context, [send(300)]);
    const policies = Object.entries(roles).filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy');
    expect(policies.map(([id]) => id)).toEqual(policies.map((_, index) => `WakePolicy${index + 1}`));
    expect(roles['WakeRole']?.Properties).not.toHaveProperty('Policies');
    expect(roles['WakeRole']?.Properties?.['ManagedPolicyArns']).toEqual(
      policies.map(([id]) => ({ Ref: id })),
    );
    const documents = policies.map(([, { Properties }]) => Properties?.['PolicyDocument'] as Document);
    for (const document of documents) expect(toLongestJson(document)).toBeLessThanOrEqual(6144);
    const statements = documents.flatMap(({ Statement }) => Statement);
    expect(statements[0]).toEqual(logsOf('wake'));
    const allowed = statements.filter(({ Action }) => Action.includes('sqs:SendMessage'));
    expect(allowed.flatMap(({ Resource }) => Resource)).toEqual(
      Array.from({ length: 300 }, (_, index) => queueOf(index)),
    );
  });

  it('is refused when it would need more policies than a role can have', () => {
    expect(() => toRoles(context, [send(1000)])).toThrow(StackError);
    expect(() => toRoles(context, [send(1000)])).toThrow(/the function wake would need \d+ policies/);
  });
});

it('what is allowed on any resource is told once with its reason, and who may do it', () => {
  const statement = { actions: ['batch:ListJobs'], anyResource: 'Batch knows no resource for a list' };
  const others: Permission = {
    functions: ['wake'],
    statement: { actions: ['sqs:SendMessage'], resources: ['arn:x'] },
  };
  expect(
    toAnyResources([{ functions: ['wake'], statement }, others, { functions: ['sqs', 'wake'], statement }]),
  ).toEqual([
    { functions: ['wake', 'sqs'], actions: ['batch:ListJobs'], reason: 'Batch knows no resource for a list' },
  ]);
});
