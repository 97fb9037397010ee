import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { Listener } from '../announcers/listeners.ts';
import { toHeldView } from '../runs/held.ts';
import { toSafe } from './terminal-text.ts';

export type Log = Logger;

/** To stderr, so that stdout is the answer alone: lines for a person in a terminal, JSON otherwise. */
export function createLog(level: string): Log {
  const options = { level, base: null };
  if (!process.stderr.isTTY) {
    const iso = { ...options, timestamp: stdTimeFunctions.isoTime };
    return pino(iso, destination({ fd: 2, sync: true }));
  }
  // The sentence says these too.
  const ignore = 'pid,url,slots,runId,job,attempt,cause';
  return pino(
    options,
    pretty({
      destination: 2,
      sync: true,
      translateTime: 'SYS:HH:MM:ss',
      ignore,
      messageFormat: (line, messageKey) => toSafe(String(line[messageKey])),
    }),
  );
}

/** Logs what becomes of runs. */
export function createRunLog(log: Log): Listener {
  return (run, { what, attempt }) => {
    const { job, id: runId, plan, cause } = run;
    const of = plan.retry.attempts > 1 ? ` ${attempt} of ${plan.retry.attempts}` : '';
    const last = run.attempts.at(-1);
    switch (what) {
      case 'started':
        return log.info({ runId, job, attempt }, `${job} ${runId}: attempt${of} runs`);
      case 'retrying':
        return log.warn(
          { runId, job, attempt },
          `${job} ${runId}: attempt${of} ${last?.failure?.reason ?? 'failed'}; it is tried again`,
        );
      case 'held':
        return log.warn({ runId, job }, `${job} ${runId}: ${toHeldView(run)?.reason ?? 'was held'}`);
      case 'succeeded':
        return log.info({ runId, job, attempt }, `${job} ${runId}: succeeded`);
      case 'cancelled':
        return log.warn({ runId, job, attempt }, `${job} ${runId}: cancelled`);
      case 'failed':
      case 'timed-out':
        return log.error(
          { runId, job, attempt, cause },
          `${job} ${runId}: ${what}: ${cause?.reason ?? 'no reason given'}`,
        );
    }
  };
}
