import type { Context } from 'aws-lambda';
import { isJson, isObject } from '../events/json.ts';
import { NotRecordedError } from '../not-recorded.ts';
import type { Engine } from '../runs/engine.ts';
import { isRunId } from '../runs/identity.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { Run } from '../runs/run.ts';
import { toRunView } from '../runs/view.ts';
import { ReplayError, type Router } from './router.ts';
import type { Trigger } from './trigger.ts';

/** What may be asked of a run. Each may be asked again, and is the same then. */
export type Commands = {
  /** Gives the run as it is once it was asked to stop. Throws RunNotFoundError and LedgerError. */
  cancel(runId: string): Promise<Run>;
  /**
   * Gives a new run, with the event of this one or with `event`, a JSON text; for the same request id the same one.
   * Throws RunNotFoundError, ReplayError and NotRecordedError.
   */
  replay(runId: string, requestId: string, event?: string): Promise<Run>;
};

/** There is no run of that id, or not any more. */
export class RunNotFoundError extends Error {
  override readonly name = 'RunNotFoundError';

  constructor(runId: string) {
    super(`no run is named ${runId}`);
  }
}

/** A command has a value that is none; `message` says which, and what was expected. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export type CommandParts = {
  readonly ledger: Ledger;
  readonly engine: Engine;
  readonly router: Router;
};

export function createCommands({ ledger, engine, router }: CommandParts): Commands {
  return {
    async cancel(runId) {
      const run = await engine.tell(runId, { kind: 'cancel-asked' });
      if (run === undefined) throw new RunNotFoundError(runId);
      return run;
    },
    async replay(runId, requestId, event) {
      if ((await ledger.load(runId)) === undefined) throw new RunNotFoundError(runId);
      return router.replay(runId, requestId, event);
    },
  };
}

/** A command as it was asked; `event` is a JSON text. */
export type Command =
  | { readonly command: 'cancel'; readonly runId: string }
  | {
      readonly command: 'replay';
      readonly runId: string;
      readonly requestId: string;
      readonly event?: string;
    };

/** Hears of every command; `run` is what it gave. */
export type CommandLog = {
  commanded(command: Command, run: Run, requestId: string): void;
  /** `command` is undefined for one that can't be read. */
  notCommanded(command: Command | undefined, error: unknown, requestId: string): void;
};

/**
 * The manual function's other payloads: `{ command: "cancel", runId }` and
 * `{ command: "replay", runId, requestId, event? }`, with these keys and no others. They are answered with
 * `{ run: <RunView> }`, or with `{ error: { name, message } }` when asking again would change nothing; what may be
 * better next time is thrown. Every other payload goes to `trigger`.
 */
export function createCommandTrigger(trigger: Trigger, commands: Commands, log: CommandLog): Trigger {
  return async (payload, context) =>
    isCommand(payload) ? answer(payload, context) : trigger(payload, context);

  async function answer(payload: Payload, { awsRequestId }: Context): Promise<unknown> {
    let command: Command | undefined;
    try {
      command = toCommand(payload);
      const run = await perform(command);
      log.commanded(command, run, awsRequestId);
      return { run: toRunView(run) };
    } catch (error) {
      log.notCommanded(command, error, awsRequestId);
      if (!isForGood(error)) throw error;
      return { error: { name: error.name, message: error.message } };
    }
  }

  function perform(command: Command): Promise<Run> {
    if (command.command === 'cancel') return commands.cancel(command.runId);
    return commands.replay(command.runId, command.requestId, command.event);
  }
}

/** 1 to 255 characters, as an Idempotency-Key. */
export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 255;
}

type Payload = { readonly command: 'cancel' | 'replay' } & { readonly [key: string]: unknown };

function isCommand(payload: unknown): payload is Payload {
  if (!isObject(payload)) return false;
  const keys = Object.keys(payload).sort().join(' ');
  if (payload['command'] === 'cancel') return keys === 'command runId';
  return (
    payload['command'] === 'replay' &&
    (keys === 'command requestId runId' || keys === 'command event requestId runId')
  );
}

function toCommand(payload: Payload): Command {
  const { command, runId, requestId, event } = payload;
  if (!isRunId(runId)) throw new CommandError('"runId" is no run\'s id, expected 26 of 0-9 and a-z');
  if (command === 'cancel') return { command, runId };
  if (!isRequestId(requestId)) {
    throw new CommandError('"requestId" names no request, expected a text of 1 to 255 characters');
  }
  if (!Object.hasOwn(payload, 'event')) return { command, runId, requestId };
  if (!isJson(event)) throw new CommandError('"event" is no JSON, or is nested too deeply');
  return { command, runId, requestId, event: JSON.stringify(event) };
}

function isForGood(error: unknown): error is Error {
  if (error instanceof NotRecordedError) return error.reason === 'too-large';
  return error instanceof CommandError || error instanceof RunNotFoundError || error instanceof ReplayError;
}
