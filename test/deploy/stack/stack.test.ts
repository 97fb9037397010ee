import { expect, it } from 'vitest';
import { toStack } from '../../../shared/deploy/stack/stack.ts';
import { stackOf, task } from './stack-of.ts';

const queue = [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }];
const stack = toStack(stackOf({ jobs: { s: { ...task, events: queue } } }).context);

it('a function waits for what it knows by name only: what a task runs as, and what leads it to the Internet', () => {
  expect(stack.functions.find(({ name }) => name === 'sqs')?.dependsOn.toSorted()).toEqual([
    'Cluster',
    'InternetRoute',
    'Ledger',
    'STaskDefinition',
    'SubnetARoutes',
    'SubnetBRoutes',
    'UndeliveredQueue',
    'WakeFargateQueue',
    'WakeUndeliveredQueue',
  ]);
});

it('the resources and outputs of a job are its own, and nothing else is', () => {
  expect([...stack.owners.resources]).toEqual([
    ['STaskDefinition', 's'],
    ['SJobLogGroup', 's'],
    ['SJobRole', 's'],
  ]);
  expect([...stack.owners.outputs]).toEqual([
    ['STaskDefinitionArn', 's'],
    ['SLogGroupArn', 's'],
  ]);
  expect(Object.keys(stack.resources)).toContain('SqsRole');
});
