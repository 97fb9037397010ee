import type { Handle, Report, Target } from './target.ts';

type Asked = {
  readonly handle: Handle;
  readonly resolve: (reports: readonly Report[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * The target, with looks at runs of one plan that are asked for at about one time made together: services describe up
 * to a hundred in a call. `gatherMs`: how long the first one waits for others. A look that fails fails for all of them,
 * and for no run of another plan, whose cluster or project is another.
 */
export function createGatheringTarget(target: Target, { gatherMs }: { readonly gatherMs: number }): Target {
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
    try {
      const reports = await target.describe(asked.map(({ handle }) => handle));
      const byToken = Map.groupBy(reports, ({ token }) => token);
      for (const { handle, resolve } of asked) resolve(byToken.get(handle.token) ?? []);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
