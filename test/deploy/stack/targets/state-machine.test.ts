import { describe, expect, it } from 'vitest';
import { machine, stackOf } from '../stack-of.ts';

const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:orders';
const executions = 'arn:aws:states:eu-west-1:123456789012:execution:orders:*';

function partOf(stateMachineArn: unknown) {
  const resources = { Orders: { Type: 'AWS::StepFunctions::StateMachine', Properties: {} } };
  const [only] = stackOf({ jobs: { orders: { ...machine, stateMachineArn } }, resources }).jobs;
  if (only === undefined) throw new Error('there is no job');
  return only.part;
}

/** What is allowed on which resource. */
function allowedBy(statements: ReturnType<typeof partOf>['starting']) {
  return statements.flatMap((statement) =>
    statement.actions.map((action) => [action, 'resources' in statement ? statement.resources[0] : '*']),
  );
}

describe('a job that is a state machine', () => {
  it('makes nothing: the machine is there already', () => {
    const part = partOf(arn);
    expect(part.resources).toEqual({});
    expect(part).not.toHaveProperty('deployed');
    expect(part).not.toHaveProperty('outputs');
  });

  it.each([arn, `${arn}:7`, `${arn}:live`])('started as %s has executions of its machine', (started) => {
    const part = partOf(started);
    expect(allowedBy(part.starting)).toEqual([
      ['states:StartExecution', started],
      ['states:DescribeStateMachine', arn],
      ['states:DescribeExecution', executions],
    ]);
    expect(allowedBy(part.following)).toEqual([
      ['states:DescribeExecution', executions],
      ['states:StopExecution', executions],
    ]);
    expect(part.stateChanges).toEqual([{ of: 'execution', stateMachine: arn }]);
  });

  it('may be one of the same stack, whose ARN is taken apart when it is known', () => {
    const part = partOf({ Ref: 'Orders' });
    const [start, describeMachine, describeExecution] = allowedBy(part.starting);
    const at = (index: number) => ({ 'Fn::Select': [index, { 'Fn::Split': [':', { Ref: 'Orders' }] }] });
    expect(start).toEqual(['states:StartExecution', { Ref: 'Orders' }]);
    expect(describeMachine).toEqual([
      'states:DescribeStateMachine',
      { 'Fn::Join': [':', [0, 1, 2, 3, 4, 5, 6].map(at)] },
    ]);
    expect(describeExecution).toEqual([
      'states:DescribeExecution',
      { 'Fn::Join': [':', [...[0, 1, 2, 3, 4].map(at), 'execution', at(6), '*']] },
    ]);
  });

  it('may be written with what only a deploy knows', () => {
    const zone = `\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}`;
    const part = partOf({ 'Fn::Sub': `arn:${zone}:stateMachine:orders:live` });
    expect(part.stateChanges).toEqual([
      { of: 'execution', stateMachine: { 'Fn::Sub': `arn:${zone}:stateMachine:orders` } },
    ]);
    expect(allowedBy(part.following)[0]).toEqual([
      'states:DescribeExecution',
      { 'Fn::Sub': `arn:${zone}:execution:orders:*` },
    ]);
  });

  it('that another stack exports is taken apart when it is known too', () => {
    const exported = { 'Fn::ImportValue': 'orders-machine' };
    const part = partOf(exported);
    const at = (index: number) => ({ 'Fn::Select': [index, { 'Fn::Split': [':', exported] }] });
    expect(allowedBy(part.starting)[0]).toEqual(['states:StartExecution', exported]);
    expect(allowedBy(part.following)[0]).toEqual([
      'states:DescribeExecution',
      { 'Fn::Join': [':', [...[0, 1, 2, 3, 4].map(at), 'execution', at(6), '*']] },
    ]);
  });
});
