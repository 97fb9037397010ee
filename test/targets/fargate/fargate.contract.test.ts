import { testTarget } from '../../contract/target.ts';
import { createFargate } from './fargate-world.ts';

const families = { succeeds: 'succeeds', 'fails with 3': 'fails-with-3', waits: 'waits' } as const;

testTarget('fargate', async () => {
  const { target, ecs, toOrder } = await createFargate();
  return {
    target,
    stopsUnstarted: 'not known',
    failure: { class: 'exit-code', exitCode: 3 },
    toOrder: (token, job) => toOrder(families[job], { token }),
    begun: ecs.begun,
  };
});
