import { expect, it } from 'vitest';
import { toStack } from '../../../shared/deploy/stack/stack.ts';
import { isObject } from '../../../shared/events/json.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';
import { matrix } from '../matrix.ts';

/**
 * Every action that is allowed on any resource, and why: the Service Authorization Reference lists no type of resource
 * for it. https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const reasons: Readonly<Record<string, string>> = {
  'batch:DescribeJobs':
    'Batch knows no resource for descriptions of jobs; they are looked for before and after a start',
  'batch:ListJobs': 'Batch knows no resource for lists of jobs',
  'ec2:DescribeTags':
    "EC2 knows no resource for it; the ECS agent on Batch's instances reads those of its own",
  'ecr:GetAuthorizationToken': 'a token is for the whole registry; what may be pulled with it is named',
  'ecs:DescribeTaskDefinition':
    'ECS knows no resource for it; read for the environment files of a definition',
  'ecs:DiscoverPollEndpoint':
    "ECS knows no resource for it; the agent on Batch's instances asks where its work is",
  'ecs:ListTasks':
    'ECS knows container instances only, which Fargate has none of; a condition names the cluster',
};

it('only what AWS knows no resource for is allowed on any', () => {
  const file = parseJobs(matrix['all events and all targets'] ?? '', '/matrix/jobs.yml');
  const { resources } = toStack({ file, stage: { service: file.service, stage: 'prod' } });
  const found = Object.values(resources).flatMap(({ Properties }) => actionsOnAny(Properties));
  expect([...new Set(found)].toSorted()).toEqual(Object.keys(reasons));
});

it('lists of tasks are those of one cluster', () => {
  const file = parseJobs(matrix['the target fargate, of its own'] ?? '', '/matrix/jobs.yml');
  const { resources } = toStack({ file, stage: { service: file.service, stage: 'prod' } });
  const statements = statementsIn(resources['SqsRole']?.Properties);
  expect(statements.find(({ Action }) => [Action].flat().includes('ecs:ListTasks'))?.['Condition']).toEqual({
    ArnEquals: {
      'ecs:cluster': {
        'Fn::Sub': `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/matrix-prod`,
      },
    },
  });
});

function actionsOnAny(piece: unknown): readonly string[] {
  return statementsIn(piece)
    .filter(({ Resource }) => [Resource].flat().includes('*'))
    .flatMap(({ Action }) => [Action].flat().map(String));
}

/** All that a piece of a template allows, wherever in it: in policies of roles, queues and buckets. */
function statementsIn(piece: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(piece)) return piece.flatMap(statementsIn);
  if (!isObject(piece)) return [];
  if (piece['Effect'] === 'Allow' && 'Action' in piece && 'Resource' in piece) return [piece];
  return Object.values(piece).flatMap(statementsIn);
}
