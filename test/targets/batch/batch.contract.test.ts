import { parseToken } from '../../../shared/runs/run.ts';
import { testTarget } from '../../contract/target.ts';
import type { Job } from '../../stand-in/batch-job.ts';
import { createBatchWorld } from './world.ts';

const courses = {
  succeeds: { seconds: 0, exitCode: 0 },
  'fails with 3': { seconds: 0, exitCode: 3 },
  waits: { seconds: Number.POSITIVE_INFINITY },
} as const;

testTarget('batch', async () => {
  const { target, batch, toOrder } = await createBatchWorld({
    definition: { course: (job) => courses[natureOf(job)] },
  });
  return {
    // What came of its tries is told besides; the suite counts one report for each handle.
    target: {
      ...target,
      describe: async (handles) => (await target.describe(handles)).filter(({ state }) => state !== 'tried'),
    },
    stopsUnstarted: 'not known',
    failure: { class: 'exit-code', exitCode: 3 },
    toOrder: (token, nature) => toOrder({ token, job: nature }),
    begun(token) {
      const { runId = '', attempt = 1 } = parseToken(token) ?? {};
      const name = attempt === 1 ? `${runId}-1` : `${runId}-${attempt}-1`;
      return batch.jobs().filter((job) => job.name === name).length;
    },
  };
});

function natureOf({ environment }: Job): keyof typeof courses {
  const name = environment.find((each) => each.name === 'STP_JOB_NAME')?.value;
  return name === 'succeeds' || name === 'fails with 3' ? name : 'waits';
}
