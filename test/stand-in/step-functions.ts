import { randomUUID } from 'node:crypto';
import type { Core } from './core.ts';
import { account, region } from './core.ts';
import { type CreateService, type Operation, ServiceError } from './service.ts';
import { createClock } from './step-functions-clock.ts';
import type { Definition } from './step-functions-definition.ts';
import { type Execution, toDescription } from './step-functions-execution.ts';
import type { TaskHandler, Waited } from './step-functions-machine.ts';
import {
  type Request,
  readExecutionArn,
  readInput,
  readMachineArn,
  readName,
  readText,
} from './step-functions-request.ts';
import { type Course, createRunner, toRunnable } from './step-functions-runner.ts';

/** A state machine. Either it is run as its definition says, or it takes a course, by its input. */
export type Machine = {
  readonly name: string;
  readonly type?: 'STANDARD' | 'EXPRESS';
  readonly status?: 'ACTIVE' | 'DELETING';
  /** Its versions and aliases: `7`, `live`. */
  readonly qualifiers?: readonly string[];
} & ({ readonly definition: Definition } | { readonly course: Course | ((input: unknown) => Course) });

export type StepFunctionsOptions = {
  readonly machines: readonly Machine[];
  /** What tasks do, by the Resource in the definition. */
  readonly handlers?: Readonly<Record<string, TaskHandler>>;
  /** false: definitions are taken as they are; to validate one takes a good part of a second. */
  readonly validates?: boolean;
  /** How long a second of waits, retries, courses and timeouts is, in real ones: 1 by default. */
  readonly scale?: number;
};

export type StepFunctions = {
  readonly create: CreateService;
  readonly executions: () => readonly Execution[];
  /** How many executions of a name really began, in all machines; redrives not counted. */
  readonly begun: (name: string) => number;
  /** In the order they began. */
  readonly waits: readonly Waited[];
  /** From now on; a person's limit on open executions. */
  readonly limitOpen: (most: number) => void;
  /** From now on, callers of DescribeExecution may not decrypt the data. */
  readonly hideData: () => void;
  /** DescribeExecution sees a new execution only that long after its start: it is "eventually consistent". */
  readonly hideNewFor: (seconds: number) => void;
};

/**
 * Step Functions: executions run as their definitions say, or take a course. Of what it has, there is what this project
 * calls. One that was stopped or timed out begins anew when it is redriven; one that failed goes on where it failed.
 */
export function createStepFunctions({
  machines,
  handlers = {},
  validates = true,
  scale = 1,
}: StepFunctionsOptions): StepFunctions {
  const executions = new Map<string, Execution>();
  const begun = new Map<string, number>();
  const waits: Waited[] = [];
  let mostOpen = 1_000_000;
  let isDataHidden = false;
  let hiddenSeconds = 0;

  return {
    create,
    executions: () => [...executions.values()],
    begun: (name) => begun.get(name) ?? 0,
    waits,
    limitOpen(most) {
      mostOpen = most;
    },
    hideData() {
      isDataHidden = true;
    },
    hideNewFor(seconds) {
      hiddenSeconds = seconds;
    },
  };

  function create(core: Core) {
    const clock = createClock(core, scale);
    const known = new Map(
      machines.map((machine) => [
        toMachineArn(machine.name),
        {
          machine,
          createdAt: core.now(),
          program: toRunnable(machine, handlers, clock, { scale, validates }),
        },
      ]),
    );
    const runner = createRunner({ core, clock, executions, note: (waited) => void waits.push(waited) });

    function findMachine(request: Request) {
      const { base, qualifier } = readMachineArn(request);
      const found = known.get(base);
      if (!found || (qualifier !== undefined && !found.machine.qualifiers?.includes(qualifier))) {
        const arn = String(request['stateMachineArn']);
        throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
      }
      return { ...found, arn: base, qualifier };
    }

    function get(request: Request): Execution {
      const arn = readExecutionArn(request);
      const found = runner.find(arn);
      if (found) return found;
      throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    }

    const operations: Readonly<Record<string, Operation>> = {
      StartExecution(request) {
        const { machine, program, arn: machineArn, qualifier } = findMachine(request);
        const name = readName(request) ?? randomUUID();
        const input = readInput(request);
        if (machine.status === 'DELETING') {
          throw new ServiceError('StateMachineDeleting', `State Machine is being deleted: '${machineArn}'`);
        }
        const isExpress = machine.type === 'EXPRESS';
        const arn = isExpress
          ? `${machineArn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`
          : `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
        const former = runner.find(arn);
        if (former?.status === 'RUNNING' && former.input === input) {
          return { executionArn: arn, startDate: former.startedAt / 1000 };
        }
        if (former !== undefined) {
          throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
        }
        if (runner.countOpen() >= mostOpen) {
          throw new ServiceError(
            'ExecutionLimitExceeded',
            'The maximum number of running executions has been reached.',
          );
        }
        begun.set(name, (begun.get(name) ?? 0) + 1);
        const startedAt = core.now();
        if (isExpress) return { executionArn: arn, startDate: startedAt / 1000 };
        const isVersion = qualifier !== undefined && /^\d+$/.test(qualifier);
        const qualified = `${machineArn}:${qualifier}`;
        const execution: Execution = {
          arn,
          name,
          machineArn,
          versionArn: isVersion ? qualified : undefined,
          aliasArn: qualifier !== undefined && !isVersion ? qualified : undefined,
          input,
          startedAt,
          status: 'RUNNING',
          stoppedAt: undefined,
          output: undefined,
          error: undefined,
          cause: undefined,
          redriveCount: 0,
          redrivenAt: undefined,
          failedAt: undefined,
        };
        runner.run(execution, { machine, program });
        return { executionArn: arn, startDate: startedAt / 1000 };
      },

      StopExecution(request) {
        const execution = get(request);
        runner.end(execution.arn, {
          status: 'ABORTED',
          error: readText(request, 'error', 256),
          cause: readText(request, 'cause', 32_768),
        });
        return { stopDate: (executions.get(execution.arn)?.stoppedAt ?? core.now()) / 1000 };
      },

      DescribeExecution(request) {
        const execution = get(request);
        if (core.now() - execution.startedAt < hiddenSeconds * 1000) {
          throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${execution.arn}'`);
        }
        return toDescription(execution, { isInputHidden: isDataHidden });
      },

      RedriveExecution(request) {
        const execution = get(request);
        if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') {
          throw new ServiceError(
            'ExecutionNotRedrivable',
            `Execution is ${execution.status} and cannot be redriven`,
          );
        }
        const redrivenAt = core.now();
        const redriven: Execution = {
          ...execution,
          status: 'RUNNING',
          stoppedAt: undefined,
          error: undefined,
          cause: undefined,
          redriveCount: execution.redriveCount + 1,
          redrivenAt,
        };
        const found = known.get(execution.machineArn);
        if (found) runner.run(redriven, found, execution.failedAt);
        return { redriveDate: redrivenAt / 1000 };
      },

      DescribeStateMachine(request) {
        const { machine, createdAt, arn, qualifier } = findMachine(request);
        return {
          stateMachineArn: qualifier === undefined ? arn : `${arn}:${qualifier}`,
          name: machine.name,
          status: machine.status ?? 'ACTIVE',
          type: machine.type ?? 'STANDARD',
          definition:
            request['includedData'] === 'METADATA_ONLY'
              ? '{}'
              : JSON.stringify('definition' in machine ? machine.definition : {}),
          roleArn: `arn:aws:iam::${account}:role/${machine.name}`,
          creationDate: createdAt / 1000,
        };
      },
    };

    return {
      name: 'stepfunctions',
      targetPrefix: 'AWSStepFunctions',
      operations,
      close() {
        runner.close();
        clock.close();
      },
    };
  }
}

export function toMachineArn(name: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${name}`;
}

export function toExecutionArn(machine: string, name: string): string {
  return `arn:aws:states:${region}:${account}:execution:${machine}:${name}`;
}
