import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  RedriveExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/folder.ts';
import { until } from '../support/until.ts';
import type { ServiceEvent } from './core.ts';
import { startStandIn } from './stand-in.ts';
import {
  createStepFunctions,
  type Machine,
  type StepFunctionsOptions,
  toExecutionArn,
  toMachineArn,
} from './step-functions.ts';
import type { Definition } from './step-functions-definition.ts';
import { type Task, TaskError, type TaskHandler } from './step-functions-machine.ts';

const resource = 'arn:aws:states:::batch:submitJob.sync';
const stateMachineArn = toMachineArn('m');
const executionArn = toExecutionArn('m', 'one');

async function createWorld(machine: Partial<Machine>, options: Partial<StepFunctionsOptions> = {}) {
  const base = { name: 'm', course: { seconds: 0 } };
  const stepFunctions = createStepFunctions({ machines: [{ ...base, ...machine } as Machine], ...options });
  const standIn = await startStandIn(stepFunctions.create);
  atEnd(() => standIn.close());
  const events: ServiceEvent[] = [];
  standIn.core.listen((event) => void events.push(event));
  const client = await standIn.clients.sfn();
  return { stepFunctions, standIn, events, client };
}

/** A machine of one definition, whose tasks all do the same. */
function createDefined(definition: Definition, handler: TaskHandler, scale = 0.01) {
  return createWorld({ definition } as Partial<Machine>, { handlers: { [resource]: handler }, scale });
}

function untilEnded(client: SFNClient) {
  return until('the execution has ended', async () => {
    const answer = await client.send(new DescribeExecutionCommand({ executionArn }));
    return answer.status !== 'RUNNING' && answer;
  });
}

const start = (input = '{"id":"event-1"}', name = 'one') =>
  new StartExecutionCommand({ stateMachineArn, name, input });

describe('a definition', () => {
  it('is run with the input, the context and the results of its tasks', async () => {
    const seen: { readonly input: unknown; readonly task: Task }[] = [];
    const { client } = await createDefined(
      {
        StartAt: 'Submit',
        States: {
          Submit: {
            Type: 'Task',
            Resource: resource,
            Parameters: {
              'JobName.$': "States.Format('{}-{}', $$.Execution.Name, 1)",
              'Execution.$': '$$.Execution.Id',
              'Machine.$': '$$.StateMachine.Name',
              'Event.$': 'States.JsonToString($)',
            },
            ResultPath: '$.job',
            End: true,
          },
        },
      },
      async (input, task) => {
        seen.push({ input, task });
        return { JobId: 'job-1' };
      },
    );
    await client.send(start());
    expect(await untilEnded(client)).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"id":"event-1","job":{"JobId":"job-1"}}',
    });
    expect(seen).toMatchObject([
      {
        input: { JobName: 'one-1', Execution: executionArn, Machine: 'm', Event: '{"id":"event-1"}' },
        task: { executionArn, executionName: 'one', state: 'Submit' },
      },
    ]);
  });

  it('retries and catches by the names of errors, and notes how long it waited', async () => {
    let calls = 0;
    const { client, stepFunctions } = await createDefined(
      {
        StartAt: 'Submit',
        States: {
          Submit: {
            Type: 'Task',
            Resource: resource,
            Retry: [
              {
                ErrorEquals: ['Batch.ServerException'],
                IntervalSeconds: 5,
                MaxAttempts: 3,
                BackoffRate: 2,
                MaxDelaySeconds: 12,
              },
            ],
            Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'Wait' }],
            End: true,
          },
          Wait: { Type: 'Wait', SecondsPath: '$.pause', Next: 'Later' },
          Later: { Type: 'Wait', Seconds: 3, End: true },
        },
      },
      async () => {
        calls += 1;
        throw new TaskError(calls <= 3 ? 'Batch.ServerException' : 'Batch.AWSBatchException', `no ${calls}`);
      },
      0.001,
    );
    await client.send(start('{"pause":40}'));
    expect(JSON.parse((await untilEnded(client)).output ?? '')).toEqual({
      pause: 40,
      error: { Error: 'Batch.AWSBatchException', Cause: 'no 4' },
    });
    expect(stepFunctions.waits.map(({ state, seconds }) => [state, seconds])).toEqual([
      ['Submit', 5],
      ['Submit', 10],
      ['Submit', 12],
      ['Wait', 40],
      ['Later', 3],
    ]);
  });

  it('fails with the error that nothing caught, or with that of a Fail state', async () => {
    const failing = { Type: 'Fail', Error: 'Job.Failed', Cause: 'exited with 3' };
    const { client } = await createDefined({ StartAt: 'End', States: { End: failing } }, async () => ({}));
    await client.send(start());
    expect(await untilEnded(client)).toMatchObject({
      status: 'FAILED',
      error: 'Job.Failed',
      cause: 'exited with 3',
    });
  });

  it('neither retries nor catches a result over 256 KiB', async () => {
    let calls = 0;
    const { client } = await createDefined(
      {
        StartAt: 'Submit',
        States: {
          Submit: {
            Type: 'Task',
            Resource: resource,
            Retry: [{ ErrorEquals: ['States.ALL'] }],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }],
            Next: 'Done',
          },
          Done: { Type: 'Succeed' },
        },
      },
      async () => {
        calls += 1;
        return 'x'.repeat(262_143);
      },
    );
    await client.send(start());
    expect(await untilEnded(client)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(calls).toBe(1);
  });

  it('runs the branches of Parallel and Map with the same handlers', async () => {
    const task = { Type: 'Task', Resource: resource, End: true };
    const { client } = await createDefined(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'Left', States: { Left: task } },
              {
                StartAt: 'Pause',
                States: { Pause: { Type: 'Wait', Seconds: 60, Next: 'Right' }, Right: task },
              },
            ],
            Next: 'Each',
          },
          Each: { Type: 'Map', Iterator: { StartAt: 'One', States: { One: task } }, End: true },
        },
      },
      async (input, { state }) => `${state} ${JSON.stringify(input)}`,
      0.001,
    );
    await client.send(start('7'));
    expect(JSON.parse((await untilEnded(client)).output ?? '')).toEqual(['One "Left 7"', 'One "Right 7"']);
  });

  it('waits for as long as its time passes', async () => {
    const { client, standIn } = await createDefined(
      { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 86_400, End: true } } },
      async () => ({}),
      1,
    );
    await client.send(start());
    standIn.core.pass(86_000);
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'RUNNING',
    });
    standIn.core.pass(400);
    expect(await untilEnded(client)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it.each<readonly [string, Definition]>([
    ['whose task nobody handles', { Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask.sync', End: true }],
    ['with a state that can’t be', { Type: 'Nap', End: true }],
    ['that waits by an InputPath', { Type: 'Wait', InputPath: '$.a', Seconds: 1, End: true }],
  ])('%s is refused at once', async (_what, state) => {
    await expect(createDefined({ StartAt: 'A', States: { A: state } }, async () => ({}))).rejects.toThrow();
  });
});

describe('an execution that is ended from outside', () => {
  /** Its task ends when it's told to, and tells of it. */
  function createWaiting(change: Definition = {}, taskChange: Definition = {}) {
    const ended: string[] = [];
    const task = { Type: 'Task', Resource: resource, ...taskChange, End: true };
    const world = createDefined(
      { StartAt: 'Submit', States: { Submit: task }, ...change },
      (_input, task) => {
        const { promise, reject } = Promise.withResolvers<never>();
        task.signal.addEventListener('abort', () => {
          ended.push(task.executionName);
          reject(new TaskError('States.TaskFailed', 'terminated'));
        });
        return promise;
      },
    );
    return world.then((each) => ({ ...each, ended }));
  }

  it('is stopped, and its task with it', async () => {
    const { client, ended, events } = await createWaiting();
    await client.send(start());
    const answer = await client.send(
      new StopExecutionCommand({ executionArn, error: 'Me', cause: 'enough' }),
    );
    expect(await untilEnded(client)).toMatchObject({
      status: 'ABORTED',
      error: 'Me',
      cause: 'enough',
      stopDate: answer.stopDate,
    });
    expect(ended).toEqual(['one']);
    const again = await client.send(new StopExecutionCommand({ executionArn, error: 'You' }));
    expect(again.stopDate).toEqual(answer.stopDate);
    await until('both events came', () => events.length === 2);
    expect(events.map(({ detail }) => detail['status'])).toEqual(['RUNNING', 'ABORTED']);
  });

  it('times out as a whole', async () => {
    const { client, ended } = await createWaiting({ TimeoutSeconds: 3 });
    await client.send(start());
    expect(await untilEnded(client)).toMatchObject({ status: 'TIMED_OUT' });
    expect(ended).toEqual(['one']);
  });

  it('times out in a task, which States.Timeout tells', async () => {
    const { client, ended } = await createWaiting({}, { TimeoutSeconds: 3 });
    await client.send(start());
    expect(await untilEnded(client)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(ended).toEqual(['one']);
  });

  it('goes on where it failed when it is redriven', async () => {
    const asked: string[] = [];
    const task = { Type: 'Task', Resource: resource };
    const { client, events } = await createDefined(
      {
        StartAt: 'First',
        States: { First: { ...task, Next: 'Second' }, Second: { ...task, End: true } },
      },
      async (input, { state }) => {
        asked.push(`${state} ${JSON.stringify(input)}`);
        if (asked.length === 2) throw new TaskError('Job.Failed', 'once');
        return { from: state };
      },
    );
    await client.send(start());
    expect(await untilEnded(client)).toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE' });
    const { redriveDate } = await client.send(new RedriveExecutionCommand({ executionArn }));
    const ended = await untilEnded(client);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveDate });
    expect(ended).not.toHaveProperty('error');
    expect(asked).toEqual(['First {"id":"event-1"}', 'Second {"from":"First"}', 'Second {"from":"First"}']);
    await until('all events came', () => events.length === 4);
    expect(events.map(({ detail }) => [detail['status'], detail['redriveCount']])).toEqual([
      ['RUNNING', 0],
      ['FAILED', 0],
      ['RUNNING', 1],
      ['SUCCEEDED', 1],
    ]);
    expect(events[2]?.detail['redriveDate']).toBe(redriveDate?.getTime());
    await expect(client.send(new RedriveExecutionCommand({ executionArn }))).rejects.toThrow(/SUCCEEDED/);
  });
});

describe('names', () => {
  const waiting = { course: { seconds: Number.POSITIVE_INFINITY } };

  it('are kept: the same start is the same execution while it runs, and refused after that', async () => {
    const { client, stepFunctions } = await createWorld(waiting);
    const first = await client.send(start());
    expect(await client.send(start())).toMatchObject({
      executionArn: first.executionArn,
      startDate: first.startDate,
    });
    await expect(client.send(start('{}'))).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await client.send(new StopExecutionCommand({ executionArn }));
    await expect(client.send(start())).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(stepFunctions.begun('one')).toBe(1);
  });

  it('are not kept by an EXPRESS machine, which has no executions to be described and no events', async () => {
    const { client, stepFunctions, events } = await createWorld({ type: 'EXPRESS' });
    const first = await client.send(start());
    const second = await client.send(start());
    expect(first.executionArn).not.toBe(second.executionArn);
    expect(stepFunctions.begun('one')).toBe(2);
    expect(events).toEqual([]);
    expect(
      await client.send(new DescribeStateMachineCommand({ stateMachineArn, includedData: 'METADATA_ONLY' })),
    ).toMatchObject({ type: 'EXPRESS' });
  });

  it.each(['a b', 'a/b', 'a:b', 'a*', 'x'.repeat(81)])('can be wrong: %j', async (name) => {
    const { client } = await createWorld(waiting);
    await expect(client.send(start('{}', name))).rejects.toMatchObject({ name: 'InvalidName' });
  });

  it('are refused beyond the limit of open executions', async () => {
    const { client, stepFunctions } = await createWorld(waiting);
    stepFunctions.limitOpen(1);
    await client.send(start());
    await client.send(start());
    await expect(client.send(start('{}', 'two'))).rejects.toMatchObject({ name: 'ExecutionLimitExceeded' });
  });
});

describe('an input', () => {
  it.each([
    ['no JSON', '{'],
    ['262,145 bytes', JSON.stringify(`${'é'.repeat(131_071)}x`)],
  ])('is refused that is %s', async (_what, input) => {
    const { client } = await createWorld({});
    await expect(client.send(start(input))).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
  });

  it('is left out of events that would be over 248 KB with it, and then the output', async () => {
    const most = 248 * 1024;
    const { client, events } = await createWorld({ course: (input) => ({ seconds: 0, output: input }) });
    // In quotes, then escaped: six bytes more than its letters.
    const inputs = [most - 6, most - 5, most / 2 - 6, most / 2 - 5].map((letters) =>
      JSON.stringify('x'.repeat(letters)),
    );
    for (const [at, input] of inputs.entries()) await client.send(start(input, `run-${at}`));
    await until('all ended', () => events.length === 8);
    // What is left out is null, an object to JavaScript.
    const told = (status: string) =>
      inputs.map((_, at) => {
        const found = events.find(
          ({ detail }) => detail['name'] === `run-${at}` && detail['status'] === status,
        );
        return [typeof found?.detail['input'], typeof found?.detail['output']];
      });
    expect(told('RUNNING')).toEqual([
      ['string', 'object'],
      ['object', 'object'],
      ['string', 'object'],
      ['string', 'object'],
    ]);
    expect(told('SUCCEEDED')).toEqual([
      ['object', 'string'],
      ['object', 'object'],
      ['string', 'string'],
      ['object', 'string'],
    ]);
  });
});
