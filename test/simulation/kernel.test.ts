import { describe, expect, it } from 'vitest';
import { createCoverage } from './coverage.ts';
import { type Fate, type Faults, fates, noFaults } from './faults.ts';
import { createKernel, type Host } from './kernel.ts';
import { createRandom } from './random.ts';

const second = 1000;

function open(fate: Fate = 'answered') {
  const calls = { ...Object.fromEntries(fates.map((each) => [each, 0])), [fate]: 1 } as Faults['calls'];
  const kernel = createKernel({
    random: createRandom(1),
    startsAt: 0,
    faults: { ...noFaults, calls },
    coverage: createCoverage(),
    isTraced: false,
  });
  const host: Host = { name: 'one', skewMs: 5, isDead: false, frozenUntil: 0, pending: 0, isBusy: false };
  const told: string[] = [];
  let effects = 0;
  const call = () => {
    kernel.enter(host, () => {
      kernel
        .call(
          host,
          'call',
          () => ++effects,
          (reason) => new Error(reason),
        )
        .then(
          (value) => told.push(`answered ${value}`),
          (error: Error) => told.push(error.message),
        );
    });
  };
  kernel.at(0, call);
  return { kernel, host, told, effects: () => effects };
}

describe('the kernel', () => {
  it.each([
    ['answered', ['answered 1'], 1],
    ['slow', ['answered 1'], 1],
    ['failed', ['refused'], 0],
    ['lost', ['the answer was lost'], 1],
    ['repeated', ['answered 2'], 2],
    ['died-before', [], 0],
    ['died-after', [], 1],
  ] as const)('tells of a call that is %s: %j, after %i effects', async (fate, told, effects) => {
    const world = open(fate);
    await world.kernel.run(60 * second);
    expect(world.told).toEqual(told);
    expect(world.effects()).toBe(effects);
    expect(world.host.isDead).toBe(fate.startsWith('died'));
  });

  it('gives a call that hangs up after ten seconds, whether it takes effect or not', async () => {
    const world = open('hung');
    await world.kernel.run(9 * second);
    expect(world.told).toEqual([]);
    await world.kernel.run(60 * second);
    expect(world.told).toEqual(['no answer in time']);
  });

  it('lets a frozen host hear when it thaws, and not before', async () => {
    const world = open('frozen');
    await world.kernel.run(19 * second);
    expect(world.told).toEqual([]);
    await world.kernel.run(1300 * second);
    expect(world.told).toHaveLength(1);
  });

  it('finds a host that waits for what is no event', async () => {
    const { kernel, host } = open();
    kernel.at(second, () => {
      host.isBusy = true;
      kernel.enter(host, () => {});
    });
    await expect(kernel.run(2 * second)).rejects.toThrow('one waits for something that is no event');
  });

  it('ends with the first promise that is broken, also by the last event', async () => {
    const { kernel } = open();
    kernel.at(second, () => {
      kernel.violate('first', 'one');
      kernel.violate('second', 'two');
    });
    await expect(kernel.run(2 * second)).rejects.toThrow('first: one');
  });
});
