import { testTarget } from '../../contract/target.ts';
import { createOrder, createWorld, toWork } from './world.ts';

const projectOf = { succeeds: 'succeeds', 'fails with 3': 'fails', waits: 'waits' } as const;

testTarget('codebuild', async () => {
  const { target, codeBuild } = await createWorld();
  return {
    target,
    toOrder: (token, job) => createOrder(toWork(projectOf[job]), Date.now(), token),
    begun: codeBuild.begun,
    stopsUnstarted: 'not known',
    failure: { class: 'exit-code', exitCode: 3 },
  };
});
