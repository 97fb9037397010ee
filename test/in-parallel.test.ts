import { describe, expect, it } from 'vitest';
import { inParallel } from '../shared/in-parallel.ts';

const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('work on many, some at a time', () => {
  it('gives its results in the order of what it was done to', async () => {
    const slowFirst = async (number: number) => {
      await pass(10 - number);
      return number * 10;
    };
    expect(await inParallel([1, 2, 3, 4, 5], slowFirst, 3)).toEqual([10, 20, 30, 40, 50]);
    expect(await inParallel([], slowFirst)).toEqual([]);
  });

  it('throws when one fails, with nothing under way and nothing begun after it', async () => {
    const begun: number[] = [];
    let done = 0;
    const work = async (number: number) => {
      begun.push(number);
      if (number === 1) throw new Error('refused');
      await pass(20);
      done++;
    };
    await expect(inParallel([1, 2, 3, 4, 5], work, 3)).rejects.toThrow('refused');
    expect({ begun, done }).toEqual({ begun: [1, 2, 3], done: 2 });
    await pass(40);
    expect(begun).toEqual([1, 2, 3]);
  });
});
