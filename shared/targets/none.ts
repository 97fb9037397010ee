import type { StartAnswer, Target } from './target.ts';

/** For jobs that can't start where they were accepted: every start is refused, with the reason in its plan. */
export const none: Target = {
  name: 'none',
  limits: { inline: () => ({ size: 0, most: 0 }) },
  async start({ work }): Promise<StartAnswer> {
    const reason = work.target === 'none' ? work.reason : `a ${work.target} job can't start here`;
    return { kind: 'refused', cause: { class: 'rejected', reason } };
  },
  async stop() {
    return { kind: 'never-started' };
  },
  async describe(handles) {
    const cause = { class: 'rejected', reason: 'it was never started' } as const;
    return handles.map(({ token }) => ({ token, state: 'never-started', cause }));
  },
  report() {
    return undefined;
  },
};
