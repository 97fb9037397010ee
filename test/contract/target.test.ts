import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProcesses } from '../support/processes.ts';
import { testTarget } from './target.ts';

const natures = { succeeds: 'exit 0', 'fails with 3': 'exit 3', waits: 'exec sleep 1000' } as const;

testTarget('process', () => {
  const { target, folder, toShell } = createProcesses();
  return {
    target,
    stopsUnstarted: 'for good',
    failure: { class: 'exit-code', exitCode: 3 },
    toOrder: (token, job) => toShell(`echo began >> begun-${token}; ${natures[job]}`, { token }),
    begun(token) {
      const path = join(folder, `begun-${token}`);
      return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0;
    },
  };
});
