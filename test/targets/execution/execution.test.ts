import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseExecutionArn,
  parseExecutionName,
  toExecutionArn,
  toMachineArn,
} from '../../../shared/targets/execution/execution-arn.ts';
import { toExecutionReason } from '../../../shared/targets/execution/execution-reason.ts';
import { parseRedriveId, toRedriveId } from '../../../shared/targets/execution/redrive.ts';
import { toLinks } from '../../../shared/targets/state-machine/links.ts';
import { runId } from '../../support/draft.ts';

const machine = 'arn:aws:states:eu-west-1:123456789012:stateMachine:reconcile';
const execution = 'arn:aws:states:eu-west-1:123456789012:execution:reconcile:night-1';

describe("an execution's ARN", () => {
  it.each([machine, `${machine}:7`, `${machine}:live`])('is made of %s and the name', (arn) => {
    expect(toExecutionArn(arn, 'night-1')).toBe(execution);
    expect(toMachineArn(arn)).toBe(machine);
  });

  it('keeps the partition', () => {
    expect(
      toExecutionArn('arn:aws-us-gov:states:us-gov-west-1:123456789012:stateMachine:reconcile', 'night-1'),
    ).toBe('arn:aws-us-gov:states:us-gov-west-1:123456789012:execution:reconcile:night-1');
  });

  it('is taken apart again', () => {
    expect(parseExecutionArn(execution)).toEqual({
      partition: 'aws',
      region: 'eu-west-1',
      account: '123456789012',
      machine: 'reconcile',
      name: 'night-1',
    });
    expect(parseExecutionArn(machine)).toBeUndefined();
    expect(parseExecutionArn(`${execution}:more`)).toBeUndefined();
  });
});

describe("an execution's name", () => {
  it.each([
    [runId, { runId }],
    [`${runId}-1`, { runId, attempt: 1 }],
    [`${runId}-100`, { runId, attempt: 100 }],
    [`${runId}-1000`, undefined],
    [`${runId}-01`, undefined],
    [`${runId}\n`, undefined],
    [`x${runId}`, undefined],
    ['', undefined],
  ])('%j says which run started it', (name, started) => {
    expect(parseExecutionName(name)).toEqual(started);
  });
});

describe('the external id of a redriven execution', () => {
  it('is its ARN with the count, and gives both back', () => {
    expect(toRedriveId(execution, 0)).toBe(execution);
    expect(toRedriveId(execution, 3)).toBe(`${execution}#redrive-3`);
    fc.assert(
      fc.property(fc.nat({ max: 99_999 }), (redrive) => {
        expect(parseRedriveId(toRedriveId(execution, redrive))).toEqual({ arn: execution, redrive });
      }),
    );
  });

  it('of anything else is that itself', () => {
    for (const text of ['', execution, `${execution}#redrive-0`, `${execution}#redrive-x`, '#redrive-']) {
      expect(parseRedriveId(text)).toEqual({ arn: text, redrive: 0 });
    }
  });
});

describe('why an execution failed', () => {
  it.each([
    ['Job.Failed', 'exited with 3', 'Job.Failed: exited with 3'],
    ['Job.Failed', undefined, 'Job.Failed'],
    [undefined, 'exited with 3', 'exited with 3'],
    ['', '', undefined],
    [undefined, undefined, undefined],
    ['Job.Failed', '  ', 'Job.Failed'],
  ])('is %j with %j', (error, cause, reason) => {
    expect(toExecutionReason(error, cause)).toBe(reason);
  });

  it('is taken from the JSON that a failed task gives, without what the task was given', () => {
    const task = {
      StoppedReason: 'Essential container in task exited',
      StopCode: 'EssentialContainerExited',
      Containers: [{ Name: 'main', ExitCode: 3, Reason: 'OutOfMemoryError: killed' }],
      Overrides: {
        ContainerOverrides: [{ Environment: [{ Name: 'STP_TRIGGER_EVENT_DATA', Value: 's3cr3t' }] }],
      },
    };
    expect(toExecutionReason('States.TaskFailed', JSON.stringify(task))).toBe(
      'States.TaskFailed: StoppedReason Essential container in task exited, StopCode EssentialContainerExited, ExitCode 3, Reason OutOfMemoryError: killed',
    );
    const job = {
      Status: 'FAILED',
      StatusReason: 'Host EC2 (instance i-1) terminated.',
      Container: { ExitCode: 137, Environment: [{ Name: 'STP_TRIGGER_EVENT_DATA', Value: 's3cr3t' }] },
    };
    expect(toExecutionReason('States.TaskFailed', JSON.stringify(job))).toBe(
      'States.TaskFailed: StatusReason Host EC2 (instance i-1) terminated., ExitCode 137',
    );
    const thrown = { errorType: 'TypeError', errorMessage: 'x is not a function', trace: ['at s3cr3t'] };
    expect(toExecutionReason('TypeError', JSON.stringify(thrown))).toBe(
      'TypeError: errorType TypeError, errorMessage x is not a function',
    );
  });

  it.each([
    `The JSONPath '$.x' could not be found in the input '{"id":"s3cr3t"}'`,
    `The JSONPath '$.x' could not be found in the input '[ {\n"id":"s3cr3t"}]'`,
    `The JSONPath '$.x' could not be found in the input "{\\"id\\":\\"s3cr3t\\"}"`,
  ])('is told without the input that it quotes: %s', (cause) => {
    expect(toExecutionReason('States.Runtime', cause)).toBe(
      "States.Runtime: The JSONPath '$.x' could not be found in the input …",
    );
  });

  it.each(['exited with [3]', 'killed (signal {9})', 'at [main.ts:7:3]'])('is told as it is: %s', (cause) => {
    expect(toExecutionReason(undefined, cause)).toBe(cause);
  });

  it.each([
    '{"Input":"s3cr3t"}',
    '{"Input":"s3cr3t',
    '["s3cr3t"]',
    '"s3cr3t"',
    ' {"Reason":{"Reason":"s3cr3t"}}',
    '{"__proto__":{"Reason":"s3cr3t"}}',
  ])('is not told of the JSON %s', (cause) => {
    expect(toExecutionReason('States.TaskFailed', cause)).toBe('States.TaskFailed');
    expect(toExecutionReason(undefined, cause)).toBeUndefined();
  });
});

describe('where a person finds an execution', () => {
  const work = { target: 'state-machine', stateMachine: machine, waitsForEnd: true } as const;

  it.each([
    [
      execution,
      `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${execution}`,
    ],
    [
      `${execution}#redrive-2`,
      `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${execution}`,
    ],
    [
      'arn:aws-cn:states:cn-north-1:123456789012:execution:reconcile:night-1',
      'https://console.amazonaws.cn/states/home?region=cn-north-1#/v2/executions/details/arn:aws-cn:states:cn-north-1:123456789012:execution:reconcile:night-1',
    ],
    [
      'arn:aws-us-gov:states:us-gov-west-1:123456789012:execution:reconcile:night-1',
      'https://console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#/v2/executions/details/arn:aws-us-gov:states:us-gov-west-1:123456789012:execution:reconcile:night-1',
    ],
  ])('is, of %s, a page of the console', (externalId, console) => {
    expect(toLinks(work, externalId)).toEqual({ console });
  });

  it('is nowhere for what is no execution', () => {
    expect(toLinks(work, 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0123')).toBeUndefined();
  });
});
