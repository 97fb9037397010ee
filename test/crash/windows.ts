import type { Parts } from '../../shared/local/world.ts';
import type { Target } from '../../shared/targets/target.ts';

/** The moments at which the router is killed. The first four kill themselves there; the rest is killed from outside. */
export const windows = [
  'before the run is saved',
  'between saving and spawning',
  'between spawning and recording',
  'between exit and recording',
  'while running',
] as const;

export type Window = (typeof windows)[number];

/** Kills this process with SIGKILL at the nth time it comes to that moment. */
export function killAt(window: Window, nth: number): (parts: Parts) => Parts {
  let left = nth;
  const arrive = () => {
    left--;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
  switch (window) {
    case 'before the run is saved':
      return ({ ledger, targets }) => ({
        targets,
        ledger: {
          ...ledger,
          accept(draft, settle) {
            arrive();
            return ledger.accept(draft, settle);
          },
        },
      });
    case 'between saving and spawning':
      return wrapTarget((target) => ({
        ...target,
        start(order, event) {
          arrive();
          return target.start(order, event);
        },
      }));
    case 'between spawning and recording':
      return wrapTarget((target) => ({
        ...target,
        async start(order, event) {
          const answer = await target.start(order, event);
          arrive();
          return answer;
        },
      }));
    case 'between exit and recording':
      return wrapTarget((target) => ({
        ...target,
        async describe(handles) {
          const reports = await target.describe(handles);
          if (reports.some(({ state }) => state === 'ended')) arrive();
          return reports;
        },
      }));
    case 'while running':
      return (parts) => parts;
  }
}

function wrapTarget(wrap: (target: Target) => Target): (parts: Parts) => Parts {
  return ({ ledger, targets }) => ({
    ledger,
    targets: Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, wrap(target)])),
  });
}
