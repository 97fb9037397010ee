import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTimerWaker } from '../../shared/wakers/timer.ts';
import { start } from '../support/draft.ts';

describe('the timer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: start });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function createWaker() {
    const rung: number[] = [];
    const waker = createTimerWaker(
      () => void rung.push((Date.now() - start) / 1000),
      () => Date.now(),
    );
    return { rung, waker, at: (seconds: number) => waker.wakeAt(start + seconds * 1000) };
  }

  it('rings once, when the time has come and not before', async () => {
    const { rung, at } = createWaker();
    await at(5);
    vi.advanceTimersByTime(4999);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual([5]);
    vi.advanceTimersByTime(100_000);
    expect(rung).toEqual([5]);
  });

  it('rings at the earliest of many dates, whatever their order', async () => {
    const { rung, at } = createWaker();
    for (const seconds of [9, 3, 7]) await at(seconds);
    vi.advanceTimersByTime(60_000);
    expect(rung).toEqual([3]);
  });

  it('rings again for a date that it is given afterwards', async () => {
    const { rung, at } = createWaker();
    await at(1);
    vi.advanceTimersByTime(1000);
    await at(4);
    vi.advanceTimersByTime(60_000);
    expect(rung).toEqual([1, 4]);
  });

  it('rings at once for a date that is over', async () => {
    const { rung, at } = createWaker();
    await at(-100);
    vi.advanceTimersByTime(0);
    expect(rung).toEqual([0]);
  });

  it('rings in its own time for a date further off than a timer can hold', async () => {
    const { rung, at } = createWaker();
    const fiftyDays = 50 * 86_400;
    await at(fiftyDays);
    vi.advanceTimersByTime((fiftyDays - 1) * 1000);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(rung).toEqual([fiftyDays]);
  });

  it('may be given its next date while it rings', async () => {
    const rung: number[] = [];
    const waker = createTimerWaker(
      () => {
        rung.push((Date.now() - start) / 1000);
        if (rung.length < 3) waker.wakeAt(Date.now() + 2000);
      },
      () => Date.now(),
    );
    waker.wakeAt(start + 1000);
    vi.advanceTimersByTime(60_000);
    expect(rung).toEqual([1, 3, 5]);
  });

  it('rings no more once it is stopped, and keeps nothing alive', async () => {
    const { rung, waker, at } = createWaker();
    await at(5);
    waker.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(rung).toEqual([]);
  });

  it('stays stopped when somebody still asks to be woken', async () => {
    const { rung, waker, at } = createWaker();
    waker.stop();
    await at(5);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(rung).toEqual([]);
  });
});
