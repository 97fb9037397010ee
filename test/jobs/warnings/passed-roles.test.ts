import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../../shared/jobs/parse.ts';
import { toWarningLine } from '../../../shared/jobs/problem.ts';
import { toWarnings } from '../../../shared/jobs/warnings/warnings.ts';
import { warningsOf } from './warnings-of.ts';

const arn = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/report:7';
const role = 'arn:aws:iam::123456789012:role/report';

/** A job whose task definition is there already. */
const job = (more: { readonly [property: string]: unknown }, taskDefinitionArn: unknown = arn) => ({
  target: 'fargate',
  taskDefinitionArn,
  containerName: 'main',
  events: [{ type: 'manual' }],
  ...more,
});

describe("a job with somebody else's task definition", () => {
  it('is warned of at its line, when its roles are not named', () => {
    const text = `service: shop
jobs:
  report:
    target: fargate
    taskDefinitionArn: ${arn}
    containerName: main
    events: [{ type: manual }]
`;
    expect(toWarnings(parseJobs(text, 'jobs.yml')).map(toWarningLine)).toEqual([
      'jobs.yml:3 warning: jobs.report: found a taskDefinitionArn without taskRoleArn and executionRoleArn: ' +
        'the functions that start the job may pass any role of the account to ECS, as nobody knows here which the definition has. ' +
        'Name both roles, and they may pass those two only.',
    ]);
  });

  it('is warned of when one of them is missing, and not when both are named', () => {
    const [first = ''] = warningsOf({ report: job({ taskRoleArn: role }) });
    expect(first).toContain('found a taskDefinitionArn without executionRoleArn: ');
    const [second = ''] = warningsOf({ report: job({ executionRoleArn: role }) });
    expect(second).toContain('found a taskDefinitionArn without taskRoleArn: ');
    expect(warningsOf({ report: job({ taskRoleArn: role, executionRoleArn: role }) })).toEqual([]);
  });

  it('is not warned of when the definition is one of the resources, which say its roles', () => {
    const resources = { Report: { Type: 'AWS::ECS::TaskDefinition' } };
    expect(warningsOf({ report: job({}, { Ref: 'Report' }) }, { resources })).toEqual([]);
    expect(warningsOf({ report: job({}, { 'Fn::ImportValue': 'report' }) }, { resources })).toHaveLength(1);
  });
});

it('a job with a definition of its own has roles of the stack', () => {
  const own = {
    target: 'fargate',
    container: { image: 'report' },
    resources: { cpu: 1, memory: 2048 },
    events: [{ type: 'manual' }],
  };
  expect(warningsOf({ report: own })).toEqual([]);
});
