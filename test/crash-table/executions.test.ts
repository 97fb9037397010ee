import { describe, it } from 'vitest';
import { describeTable, expectOneJobPerAttempt } from './rows.ts';

/** The answer to StartExecution is lost, and what it made can't be described yet. */
const lostStart = { leg: 'dispatch', when: 'after', again: 'at once', variant: 'hidden' } as const;

describe('an execution of a state machine', () => {
  const target = 'state-machine';

  describeTable(target, {
    dispatch: ['PutItem', 'PutItem', 'PutItem', 'DescribeStateMachine', 'StartExecution', 'UpdateItem'],
    failure: ['GetItem', 'GetItem', 'UpdateItem', 'SendMessageBatch'],
    turn: ['GetItem', 'UpdateItem', 'GetItem', 'DescribeStateMachine', 'StartExecution', 'UpdateItem'],
    end: ['GetItem', 'GetItem', 'UpdateItem'],
  });

  it('is not started again while Step Functions does not show it yet', () =>
    expectOneJobPerAttempt({ ...lostStart, target, onlyCall: 5 }, 1));
});

// Its attempts are begun by its state machine, which does not die with us.
describe('a job on Batch', () => {
  const target = 'batch';

  describeTable(target, {
    dispatch: ['PutItem', 'PutItem', 'PutItem', 'StartExecution', 'UpdateItem'],
    end: ['GetItem', 'GetItem', 'UpdateItem', 'GetItem', 'GetItem', 'UpdateItem'],
  });

  it('is not started again while Step Functions does not show its execution yet', () =>
    expectOneJobPerAttempt({ ...lostStart, target, onlyCall: 4 }, 1));
});
