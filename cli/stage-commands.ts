import { z } from 'zod';
import {
  FunctionFailed,
  mostPayloadBytes,
  type StageFunction,
  UnknownOutcome,
} from '../shared/deploy/manual-function.ts';
import type { Stage } from '../shared/deploy/names.ts';
import type { Commands } from './access.ts';
import { CommandError, exitCodes } from './exit.ts';

const started = z.object({ runId: z.string() });
const answered = z
  .object({ run: z.object({ runId: z.string() }) })
  .or(z.object({ error: z.object({ name: z.string(), message: z.string() }) }));

/** By the name of the error that the manual function answers a command with. */
const exitCodeOf: Readonly<Record<string, number>> = {
  RunNotFoundError: exitCodes.notFound,
  CommandError: exitCodes.mistake,
};

/** Commands for a stage, sent to its manual function. */
export function createStageCommands(manual: StageFunction, { stage }: Stage): Commands {
  async function command(payload: object): Promise<string> {
    const answer = answered.safeParse(await send(payload, true));
    if (!answer.success) throw notUnderstood();
    if ('run' in answer.data) return answer.data.run.runId;
    const { name, message } = answer.data.error;
    throw new CommandError(exitCodeOf[name] ?? exitCodes.failed, message);
  }

  async function send(payload: object, isCommand: boolean): Promise<unknown> {
    const sizeBytes = Buffer.byteLength(JSON.stringify(payload));
    if (sizeBytes > mostPayloadBytes) {
      throw new CommandError(
        exitCodes.mistake,
        `the event has ${sizeBytes} bytes with what goes with it, and Lambda takes ${mostPayloadBytes}`,
      );
    }
    try {
      return await manual.call(payload, isCommand);
    } catch (error) {
      throw explain(error, isCommand);
    }
  }

  function explain(error: unknown, isCommand: boolean): unknown {
    if (error instanceof UnknownOutcome) {
      return new CommandError(
        exitCodes.unavailable,
        `${error.message}. A run may have been recorded: look at "signalbox runs list --stage ${stage}" before you do it again`,
        { cause: error },
      );
    }
    if (!(error instanceof FunctionFailed)) return error;
    const isRefused = error.errorType === 'EventParseError' || error.errorType === 'NoRuleError';
    if (isRefused && isCommand) return notUnderstood();
    return new CommandError(isRefused ? exitCodes.mistake : exitCodes.unavailable, error.message, {
      cause: error,
    });
  }

  function notUnderstood(): CommandError {
    return new CommandError(
      exitCodes.unavailable,
      `the manual function of stage ${stage} does not know this command: deploy the stage again with this version`,
    );
  }

  return {
    isLasting: true,
    async invoke(job, input) {
      // Not sent twice: each call of the function is a run of its own.
      const answer = started.safeParse(await send({ job, input }, false));
      if (!answer.success) throw notUnderstood();
      return answer.data.runId;
    },
    async cancel(runId) {
      await command({ command: 'cancel', runId });
    },
    replay: (runId, requestId, event) =>
      command({ command: 'replay', runId, requestId, ...(event !== undefined && { event }) }),
    async go() {},
  };
}
