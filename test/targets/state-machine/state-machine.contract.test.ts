import { parseToken } from '../../../shared/runs/run.ts';
import { testTarget } from '../../contract/target.ts';
import { createMachines, toMachineOrder } from './machines.ts';

const machineOf = { succeeds: 'succeeds', 'fails with 3': 'fails', waits: 'waits' };

testTarget('state-machine', async () => {
  const { target, stepFunctions } = await createMachines();
  return {
    target,
    toOrder: (token, job) => toMachineOrder(token, machineOf[job]),
    // One execution for all starts of an attempt.
    begun(token) {
      const parsed = parseToken(token);
      return stepFunctions.begun(`${parsed?.runId}-${parsed?.attempt}`);
    },
    stopsUnstarted: 'not known',
    failure: { class: 'exit-code', reason: 'Job.Failed: exited with 3' },
  };
});
