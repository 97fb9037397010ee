import { isFinished, type Run } from '../../shared/runs/run.ts';
import type { ServiceEvent } from '../stand-in/core.ts';
import type { Cut } from './gate.ts';
import { type TargetName, toDelivery } from './jobs.ts';
import { judge, type Seen, type Verdict } from './judge.ts';
import type { Fault, Process } from './process.ts';
import { shuffle } from './shuffle.ts';
import { type Bucket, createWorld, type World } from './world.ts';

/**
 * What the process that dies was at: the delivery, the news that the first attempt failed, the turn of the second one,
 * or the news that this one ended. Batch's state machine keeps the attempts by itself.
 */
export type Leg = 'dispatch' | 'failure' | 'turn' | 'end';

/** When what it was at comes again; if never, whatever was recorded is found by the sweep. */
export type Again = 'at once' | 'an hour later' | 'never';

export type Variant =
  /** What services say is heard when all that was to come again has come. */
  | 'plain'
  /** It is heard twice, in any order, and all of it once more in the end. */
  | 'shuffled'
  /** It is heard as it is said. */
  | 'heard'
  /** Tokens are forgotten before it comes again. */
  | 'lapsed'
  /** What was made can't be found by a look, for some time or for so long that nothing keeps a second from being made. */
  | 'hidden'
  | 'blind'
  /** The event is too large for anything but S3. */
  | 'large';

export type Row = {
  readonly target: TargetName;
  readonly leg: Leg;
  /** Undefined: nothing dies. */
  readonly cut?: Cut;
  /** Where the process dies that was given it again. */
  readonly secondCut?: Cut;
  readonly again: Again;
  readonly variant: Variant;
};

export type Outcome = Verdict & {
  readonly row: Row;
  /** Operations that the process asked for, or would have asked for, in its leg. */
  readonly calls: readonly string[];
};

export type RowOptions = { readonly fault?: Fault; readonly bucket?: Bucket };

const hourSeconds = 3600;
const mostTurns = 60;

export async function runRow(row: Row, { fault, bucket }: RowOptions = {}): Promise<Outcome> {
  const { target, leg, cut, secondCut, again, variant } = row;
  const newIsHidden = variant === 'hidden' ? 'a while' : variant === 'blind' ? 'for ever' : undefined;
  const world = await createWorld({
    target,
    ...(newIsHidden === undefined ? {} : { site: { newIsHidden } }),
    ...(fault === undefined ? {} : { fault }),
    ...(variant === 'large' && bucket !== undefined ? { bucket } : {}),
  });
  try {
    const story = createStory(world, row);
    const act = await story.lead();
    const dying = world.open(cut);
    const first = act(dying).catch(() => false);
    if (cut?.when === 'held up') await Promise.race([dying.gate.held, first]);
    else await first;
    const wasRecorded = leg !== 'dispatch' || (await world.run()) !== undefined;

    if (variant === 'heard') await story.hear();
    if (again === 'an hour later') world.pass(hourSeconds);
    if (variant === 'lapsed' || variant === 'blind') world.site.lapseTokens?.();
    // Whoever gets it again is told the same as the first.
    let isTakenAgain = true;
    for (const other of [...(secondCut === undefined ? [] : [world.open(secondCut)]), world.open()]) {
      story.goOnWith(other);
      isTakenAgain = again === 'never' || (await act(other).catch(() => false));
      await story.repeatStart();
    }
    dying.gate.letOn();
    const isAcknowledged = (await first) || (again !== 'never' && isTakenAgain);
    await story.drive();
    const run = await story.afterwards();

    const seen: Seen = {
      run,
      jobs: world.site.jobs(),
      mostAlive: world.mostAlive(),
      wasRecorded,
      isAcknowledged,
      problems: [
        ...(cut !== undefined && dying.gate.calls.length < cut.call ? ['it made fewer calls'] : []),
        ...story.problems,
        ...(world.site.findProblems?.() ?? []),
      ],
    };
    return { row, calls: dying.gate.calls, ...judge(row, seen) };
  } finally {
    await world.close();
  }
}

/** What happens to one delivery, as far as healthy processes see to it. */
function createStory(world: World, { target, leg, again, variant }: Row) {
  const delivery = toDelivery(target, variant === 'large' ? 'x'.repeat(20_000) : '');
  const problems: string[] = [];
  let healthy: Process = world.open();
  let told = 0;
  let isSwept = false;

  const story = {
    problems,
    goOnWith(process: Process) {
      healthy = process;
    },

    /** Up to what the dying process is at. Gives that. */
    async lead(): Promise<(process: Process) => Promise<boolean>> {
      if (leg === 'dispatch') return (process) => process.deliver(delivery);
      if (!(await healthy.deliver(delivery))) throw new Error('the delivery was not taken');
      await hear();
      await world.letEnd();
      if (target === 'batch') {
        await hear();
        // Its state machine waits for some seconds.
        world.pass(60);
        await world.until(() => world.site.jobs().length === 2);
        await hear();
        await world.letEnd();
        return takeNews();
      }
      if (leg === 'failure') return takeNews();
      await hear();
      world.passTo(world.queue.nextAt() ?? world.now());
      const messages = world.queue.take();
      if (messages.length === 0) throw new Error('no wake-up was asked for');
      const turn = (process: Process) => eachOf(messages, process.follow);
      if (leg === 'turn') return turn;
      await turn(healthy);
      await hear();
      await world.letEnd();
      return takeNews();
    },

    hear,

    /** What is owed is done again, while nothing that services say is heard. */
    async repeatStart() {
      for (let tries = 0; tries < 4; tries++) {
        const run = await world.run();
        if (run === undefined || !run.outbox.some(({ kind }) => kind === 'start')) return;
        passToNext(run.dueAt);
        await followAll();
        await sweepIfDue(await world.run()).catch(() => {});
      }
    },

    /** To the end: everything is heard, due runs get their turn, time passes. */
    async drive() {
      for (let turn = 0; turn < mostTurns; turn++) {
        if (await hear()) continue;
        if (await followAll()) continue;
        const run = await world.run();
        const living = world.site.jobs().filter(({ lives }) => lives).length;
        if (run === undefined) {
          if (isSwept) break;
          // There is nothing to find, and nothing is made of it.
          world.pass(60);
          await healthy.sweep();
          isSwept = true;
          continue;
        }
        const isQuiet = run.outbox.length === 0;
        if (isQuiet && isFinished(run) && living === 0) return;
        if (isQuiet && living > 0 && run.status === 'running') {
          if (living > 1) problems.push(`${living} jobs live for good`);
          await world.letEnd();
          continue;
        }
        if (isQuiet && isFinished(run)) break;
        passToNext(run.dueAt);
        await sweepIfDue(run);
      }
      const living = world.site.jobs().filter(({ lives }) => lives).length;
      if (living > 0) problems.push(`${living} jobs live, and no run waits for them`);
    },

    /** Old news, and the delivery once more, change nothing. */
    async afterwards(): Promise<Run | undefined> {
      const before = world.site.jobs().length;
      const run = await world.run();
      if (run === undefined) return undefined;
      await healthy.deliver(delivery);
      if (variant === 'shuffled') await eachOf(shuffle(world.events), healthy.tell);
      await world.settle();
      const after = await world.run();
      if (after?.status !== run.status) problems.push(`it is ${after?.status} after old news`);
      const more = world.site.jobs().length - before;
      if (more > 0) problems.push(`${more} jobs began when the delivery came after the end`);
      return after;
    },
  };
  return story;

  /** Gives whether there was any. What could not be followed comes again. */
  async function followAll(): Promise<boolean> {
    const messages = world.queue.take();
    for (const message of messages) {
      if (!(await healthy.follow(message))) world.queue.giveBack(message);
    }
    return messages.length > 0;
  }

  function passToNext(dueAt: number | undefined): void {
    const dates = [dueAt, world.queue.nextAt()].filter((at) => at !== undefined);
    if (dates.length > 0) world.passTo(Math.min(...dates));
  }

  /** Where nothing comes again, the sweep has to find the run by itself; later it's enough that it would. */
  async function sweepIfDue(run: Run | undefined): Promise<void> {
    if (run?.dueAt === undefined || run.dueAt > world.now()) return;
    await (again === 'never' && !isSwept ? healthy.sweep() : healthy.look(run.id));
    isSwept = true;
  }

  /** Gives whether there was anything. */
  async function hear(): Promise<boolean> {
    await world.settle();
    const news = world.events.slice(told);
    told = world.events.length;
    const isTaken = await eachOf(variant === 'shuffled' ? shuffle([...news, ...news]) : news, healthy.tell);
    if (!isTaken) problems.push('news was not taken');
    return news.length > 0;
  }

  /** What services said since: the dying process hears of it; if never again, nobody else does. */
  async function takeNews(): Promise<(process: Process) => Promise<boolean>> {
    await world.settle();
    const news: readonly ServiceEvent[] = world.events.slice(told);
    if (again === 'never' || variant !== 'shuffled') told = world.events.length;
    return (process) => eachOf(news, process.tell);
  }
}

async function eachOf<T>(all: readonly T[], take: (each: T) => Promise<boolean>): Promise<boolean> {
  let isTaken = true;
  for (const each of all) isTaken = (await take(each)) && isTaken;
  return isTaken;
}
