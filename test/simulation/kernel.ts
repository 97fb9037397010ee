import type { EpochMs } from '../../shared/runs/run.ts';
import type { Coverage } from './coverage.ts';
import { createEventQueue } from './event-queue.ts';
import { type Faults, noFaults } from './faults.ts';
import type { Random } from './random.ts';

/** A process that runs product code: an instance of a Lambda function. It has memory and a clock, and may lose both. */
export type Host = {
  readonly name: string;
  /** How far its clock is from the true time. */
  readonly skewMs: number;
  isDead: boolean;
  frozenUntil: EpochMs;
  /** Calls and timers that it waits for. */
  pending: number;
  /** Whether it has work to do: then it has to wait for something, or it would wait for ever. */
  isBusy: boolean;
};

/** A promise that the program broke, or something that the simulation can't follow. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

export type Kernel = ReturnType<typeof createKernel>;

/** A call is given up by its caller after this, as shared/aws/call.ts does. */
export const callMs = 10_000;
const mostSteps = 60_000;

/**
 * Virtual time, and everything that happens in it, one thing after the other: what the program waits for is an event in
 * the queue, and the program runs only when an event is taken from it, until it waits for the next.
 */
export function createKernel(options: {
  readonly random: Random;
  readonly startsAt: EpochMs;
  readonly faults: Faults;
  readonly coverage: Coverage;
  readonly isTraced: boolean;
}) {
  const { random, startsAt, coverage, isTraced } = options;
  const queue = createEventQueue();
  const lines: string[] = [];
  const immediates: { readonly host: Host; readonly run: () => void }[] = [];
  let now = startsAt;
  let steps = 0;
  let hash = 0x811c9dc5;
  let faults = options.faults;
  let violation: Violation | undefined;
  let current: Host | undefined;
  let isTouched = false;

  function note(who: string, what: string, detail?: () => string): void {
    hash = mix(mix(Math.imul(hash ^ (now & 0x7fffffff), 0x01000193), who), what);
    if (!isTraced) return;
    const time = new Date(now).toISOString().slice(5, 23).replace('T', ' ');
    lines.push(`${time}  ${who.padEnd(16)} ${what}${detail ? `  ${detail()}` : ''}`);
  }

  /** Product code catches what is thrown, so the first one is kept, and ends the run after the event. */
  function violate(invariant: string, detail: string): void {
    violation ??= new Violation(invariant, detail);
    note('!', `${invariant}: ${detail}`);
  }

  function at(time: EpochMs, run: () => void): void {
    queue.push(Math.max(time, now), run);
  }

  /** Product code runs in this, on behalf of a host. */
  function enter(host: Host, run: () => void): void {
    current = host;
    isTouched = true;
    run();
  }

  /** Something a host waits for, unless it is dead by then; a frozen one hears of it when it thaws. */
  function tellHost(host: Host, time: EpochMs, tell: () => void): void {
    at(time, () => {
      if (host.isDead) return;
      if (host.frozenUntil > now) {
        tellHost(host, host.frozenUntil + random.between(0, 3), tell);
        return;
      }
      host.pending--;
      enter(host, tell);
    });
  }

  function kill(host: Host, why: string): void {
    if (host.isDead) return;
    host.isDead = true;
    note(host.name, `dies: ${why}`);
  }

  function freeze(host: Host, ms: number): void {
    host.frozenUntil = Math.max(host.frozenUntil, now + ms);
    note(host.name, 'freezes', () => `for ${Math.round(ms / 1000)} s`);
  }

  /**
   * One call to the world outside: `effect` is what it does there, at one moment, and gives the answer. `toError` makes
   * the error of a call that failed or got lost.
   */
  function call<T>(
    host: Host,
    what: string,
    effect: () => T,
    toError: (reason: string) => Error,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (host.isDead) return promise;
    host.pending++;
    const fate = random.weigh(faults.calls);
    coverage.count('call', fate);
    const sent = now;
    const arrives = sent + (fate === 'slow' ? random.between(100, callMs - 1000) : random.scaled(1, 40));
    const back = arrives + random.scaled(1, 30);

    const happen = (time: EpochMs, after?: (answer: () => void) => void) =>
      at(time, () => {
        // What a host sent before it died is on its way, or isn't.
        if (host.isDead && random.chance(0.5)) return;
        note(host.name, what, () => (fate === 'answered' ? '' : `(${fate})`));
        let answer: () => void;
        try {
          const value = effect();
          answer = () => resolve(value);
        } catch (error) {
          answer = () => reject(error);
        }
        after?.(answer);
      });
    const fail = (time: EpochMs, reason: string) =>
      tellHost(host, time, () => {
        note(host.name, `${what} failed: ${reason}`);
        reject(toError(reason));
      });

    switch (fate) {
      case 'answered':
      case 'slow':
        happen(arrives, (answer) => tellHost(host, back, answer));
        break;
      case 'failed':
        fail(back, 'refused');
        break;
      case 'lost':
        happen(arrives);
        fail(back, 'the answer was lost');
        break;
      case 'hung':
        if (random.chance(0.7)) happen(sent + random.scaled(10, callMs * 3));
        fail(sent + callMs, 'no answer in time');
        break;
      case 'repeated':
        happen(arrives);
        happen(back + 50, (answer) => tellHost(host, back + 80, answer));
        break;
      case 'died-before':
        at(arrives, () => kill(host, `before ${what}`));
        break;
      case 'died-after':
        happen(arrives, () => kill(host, `after ${what}`));
        break;
      case 'frozen': {
        freeze(host, random.scaled(20_000, 1_200_000));
        if (random.chance(0.7)) happen(arrives, (answer) => tellHost(host, back, answer));
        else fail(back, 'no answer in time');
      }
    }
    return promise;
  }

  return {
    random,
    coverage,
    note,
    violate,
    at,
    enter,
    kill,
    freeze,
    call,
    now: () => now,
    clockOf: (host: Host) => () => now + host.skewMs,
    current: () => current,
    /** Something that goes wrong around the calls, at a rate of its own; counted when it happens. */
    strikes(kind: string, probability: number): boolean {
      const isHit = random.chance(Math.min(probability * faults.around, 0.9));
      if (isHit) coverage.count('fault', kind);
      return isHit;
    },
    sleep(host: Host, ms: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (host.isDead) return promise;
      host.pending++;
      tellHost(host, now + Math.max(Math.ceil(ms), 1), resolve);
      return promise;
    },
    soon(host: Host, run: () => void): void {
      immediates.push({ host, run });
    },
    ceaseFaults(): void {
      faults = noFaults;
      note('world', 'faults cease');
    },
    /** Goes on until nothing is left to happen, or the time is over. Throws the Violation. */
    async run(until: EpochMs): Promise<void> {
      for (let event = queue.popUntil(until); event !== undefined; event = queue.popUntil(until)) {
        now = event.time;
        isTouched = false;
        event.run();
        if (isTouched) await settle();
        if (violation) throw violation;
        if (++steps > mostSteps) throw new Violation('it comes to an end', `not within ${mostSteps} steps`);
      }
      if (violation) throw violation;
      now = Math.max(now, until);
    },
    summary: () => ({ steps, hash: (hash >>> 0).toString(16).padStart(8, '0'), lines }),
  };

  /** Until all of the program waits for an event. */
  async function settle(): Promise<void> {
    await untilMicrotasksAreDone();
    for (let next = immediates.shift(); next !== undefined; next = immediates.shift()) {
      if (next.host.isDead) continue;
      enter(next.host, next.run);
      await untilMicrotasksAreDone();
    }
    const host = current;
    current = undefined;
    if (host?.isBusy && host.pending === 0 && !host.isDead) {
      violate('the simulation follows the program', `${host.name} waits for something that is no event`);
    }
  }
}

/** FNV-1a, of characters instead of bytes. */
function mix(hash: number, text: string): number {
  let mixed = hash;
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  return mixed;
}

const { nextTick } = process;

/** Node runs a tick when no microtask is left: https://nodejs.org/api/process.html#processnexttickcallback-args */
function untilMicrotasksAreDone(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}
