import type { Engine } from '../runs/engine.ts';
import type { Ledger } from '../runs/ledger.ts';
import { parseToken, type Run } from '../runs/run.ts';
import type { StateChange, Target } from '../targets/target.ts';
import { type AdoptParts, adopt, type ByHand } from './adopt.ts';

export type StateChangeParts = AdoptParts & {
  readonly engine: Engine;
  readonly ledger: Ledger;
  /** By the name that a plan's work gives. */
  readonly targets: Readonly<Record<string, Target>>;
};

/** The run that an event of a service was about; undefined when it's about none. */
export type StateChanges = (event: unknown) => Promise<Run | undefined>;

/** Tells runs what the services say of what was started for them. Throws LedgerError: then it has to come again. */
export function createStateChanges({ engine, ledger, targets, ...adopting }: StateChangeParts): StateChanges {
  return async (event) => {
    for (const [name, target] of Object.entries(targets)) {
      const change = target.report(event);
      if (change === undefined) continue;
      const run = await tell(name, change);
      if (run !== undefined) return run;
    }
    return undefined;
  };

  async function tell(name: string, change: StateChange): Promise<Run | undefined> {
    switch (change.kind) {
      case 'report': {
        const token = change.ofAnyStart ? await toLiveToken(change.report.token) : change.report.token;
        const runId = parseToken(token)?.runId;
        return runId === undefined
          ? undefined
          : engine.tell(runId, { kind: 'reported', report: { ...change.report, token } });
      }
      case 'look': {
        const { externalId } = change;
        const token = change.ofAnyStart ? await toLiveToken(change.token) : change.token;
        const runId = parseToken(token)?.runId;
        return runId === undefined
          ? undefined
          : engine.tell(runId, { kind: 'look-asked', token, externalId });
      }
      case 'by-hand':
        return tellAdopted(name, change);
    }
  }

  /** All starts of an attempt go by one name at the service, of which one at most is taken: the newest. */
  async function toLiveToken(token: string): Promise<string> {
    const named = parseToken(token);
    const run = named && (await ledger.load(named.runId));
    const attempt = run?.attempts.find(({ number }) => number === named?.attempt);
    return attempt?.start.token ?? token;
  }

  async function tellAdopted(name: string, change: ByHand): Promise<Run | undefined> {
    const adopted = adopt(name, change, adopting);
    if (adopted === undefined) return undefined;
    const { draft, token } = adopted;
    const { externalId, finding } = change;
    const news = { kind: 'reported', report: { token, externalId, ...finding } } as const;
    const known = await engine.tell(draft.run.id, news);
    if (known !== undefined) return known;
    await engine.accept(draft);
    return engine.tell(draft.run.id, news);
  }
}
