import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { toContext } from '../../shared/local/server/invoke-api.ts';
import type { Router } from '../../shared/router/router.ts';
import { createTrigger, type TriggerLog } from '../../shared/router/trigger.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import { manual } from '../../shared/sources/manual.ts';
import { NoRuleError, type Routed } from '../../shared/sources/source.ts';

const payload = { job: 'import', input: null };
const context = toContext('manual', 'request-1');

const recorded: Routed = {
  dispatched: [{ job: 'import', runId: 'run-1', status: 'queued', outcome: 'accepted' }],
  unrecorded: [],
};

describe('a trigger', () => {
  it('logs what became of a payload, and then answers', async () => {
    const { trigger, log } = createWorld(async () => recorded);
    expect(await trigger(payload, context)).toEqual({ runId: 'run-1', job: 'import', status: 'queued' });
    expect(log).toEqual(['routed request-1']);
  });

  it('logs a payload that is not taken, and then refuses it', async () => {
    const { trigger, log } = createWorld(async () => {
      throw new NoRuleError('no job is named import');
    });
    await expect(trigger(payload, context)).rejects.toThrow(new NoRuleError('no job is named import'));
    expect(log).toEqual(['refused NoRuleError request-1']);
  });

  it('does not refuse what it took, when the answer is that it could not be recorded', async () => {
    const error = new LedgerError('database is locked');
    const { trigger, log } = createWorld(async () => ({
      dispatched: [],
      unrecorded: [{ job: 'import', records: [0], error }],
    }));
    await expect(trigger(payload, context)).rejects.toThrow(
      /^manual: no run was recorded and no job was started: database is locked$/,
    );
    expect(log).toEqual(['routed request-1']);
  });

  it('does not answer while a run is being recorded, however little time Lambda leaves it', async () => {
    let isDone = false;
    const { trigger } = createWorld(async () => {
      await sleep(50);
      isDone = true;
      return recorded;
    });
    const answer = await trigger(payload, { ...context, getRemainingTimeInMillis: () => 6 });
    expect({ answer, isDone }).toMatchObject({ answer: { runId: 'run-1' }, isDone: true });
  });
});

function createWorld(route: Router['route']) {
  const log: string[] = [];
  const triggerLog: TriggerLog = {
    routed: (_delivery, _routed, requestId) => void log.push(`routed ${requestId}`),
    refused: (_source, error, requestId) =>
      void log.push(`refused ${error instanceof Error ? error.name : ''} ${requestId}`),
  };
  const replay = async () => {
    throw new Error('nothing is replayed here');
  };
  return { trigger: createTrigger(manual, { route, replay }, triggerLog), log };
}
