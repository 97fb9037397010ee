import type { EpochMs } from '../runs/run.ts';
import type { Handle, Report, Target } from './target.ts';

type Asked = {
  readonly handle: Handle;
  readonly resolve: (reports: readonly Report[]) => void;
  readonly reject: (error: unknown) => void;
};

/** So many looks that fail one after the other: it's not the runs. */
const mostFailures = 3;
/** A service that has not answered in this time is not asked again: each further call would take as long. */
const patienceMs = 5_000;

export type GatheringOptions = {
  /** How long the first one waits for others. */
  readonly gatherMs: number;
  readonly now: () => EpochMs;
};

/**
 * The target, with looks at runs of one plan that are asked for at about one time made together: services describe up
 * to a hundred in a call. When that look fails, each is looked at alone, one after the other, so that one that can't be
 * seen doesn't hide the others. The rest is given up with the last failure after three in a row, or once all of it has
 * taken five seconds: a service that doesn't answer costs the time of one call. Runs of another plan, whose cluster or
 * project is another, are not concerned.
 */
export function createGatheringTarget(target: Target, { gatherMs, now }: GatheringOptions): Target {
  const waiting = new Map<string, Asked[]>();
  return {
    ...target,
    async describe(handles) {
      return (await Promise.all(handles.map(ask))).flat();
    },
  };

  function ask(handle: Handle): Promise<readonly Report[]> {
    return new Promise((resolve, reject) => {
      const plan = JSON.stringify(handle.work);
      const others = waiting.get(plan);
      if (others === undefined) setTimeout(look, gatherMs, plan);
      waiting.set(plan, [...(others ?? []), { handle, resolve, reject }]);
    });
  }

  async function look(plan: string): Promise<void> {
    const asked = waiting.get(plan) ?? [];
    waiting.delete(plan);
    const askedAt = now();
    try {
      const reports = await target.describe(asked.map(({ handle }) => handle));
      const byToken = Map.groupBy(reports, ({ token }) => token);
      for (const { handle, resolve } of asked) resolve(byToken.get(handle.token) ?? []);
    } catch (error) {
      if (asked.length > 1) await lookAtEach(asked, askedAt + patienceMs, error);
      else for (const { reject } of asked) reject(error);
    }
  }

  async function lookAtEach(asked: readonly Asked[], until: EpochMs, failure: unknown): Promise<void> {
    let failures = 0;
    let last = failure;
    for (const { handle, resolve, reject } of asked) {
      if (failures === mostFailures || now() >= until) {
        reject(last);
        continue;
      }
      try {
        resolve(await target.describe([handle]));
        failures = 0;
      } catch (error) {
        reject(error);
        last = error;
        failures++;
      }
    }
  }
}
