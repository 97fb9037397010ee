import { NotRecordedError } from '../not-recorded.ts';
import { PayloadGoneError } from '../payloads/payload-store.ts';
import type { Handle, Report, StartAnswer, StopAnswer, Target } from '../targets/target.ts';
import { toMessage } from '../to-message.ts';
import type { Effect } from './effect.ts';
import type { World } from './engine.ts';
import { fit } from './fit.ts';
import type { Input } from './input.ts';
import { type CarriedEvent, type Order, toEnvironmentLine, toOrder } from './order.ts';
import { type Attempt, type EpochMs, liveAttempt, type Run } from './run.ts';

/** `event`: the run's, when it is at hand. `by`: when it's too late to ask for a start on what is known of the run. */
export type How = { readonly event?: string; readonly by: EpochMs };

/** Performs one effect of a saved run. Gives what came of it, for the engine; never throws. */
export async function perform(world: World, run: Run, effect: Effect, how: How): Promise<readonly Input[]> {
  switch (effect.kind) {
    case 'start':
      return start(world, run, effect.token, how);
    case 'stop':
      return [
        {
          kind: 'stop-answered',
          key: effect.key,
          token: effect.token,
          answer: await stop(world, run, effect),
        },
      ];
    case 'describe':
      return describe(world, run, effect);
    case 'announce':
      return [await announce(world, run, effect)];
  }
}

async function start(world: World, run: Run, token: string, { event, by }: How): Promise<readonly Input[]> {
  const answered = (answer: StartAnswer): Input => ({ kind: 'start-answered', token, answer });
  const attempt = liveAttempt(run);
  if (attempt?.start.token !== token) {
    return [answered({ kind: 'unknown', reason: 'it is not the live start' })];
  }
  const isRepeat = attempt.start.unknownAnswers > 0;
  try {
    const { target, order, carried } = await prepare(world, run, attempt, event);
    return [answered(await ask(world, target, order, carried, { isRepeat, by }))];
  } catch (error) {
    // Nothing was asked of the target yet.
    const reason = toMessage(error);
    world.warn(run.id, `attempt ${attempt.number} could not be prepared: ${reason}`);
    const failure = isForGood(error) ? 'rejected' : 'target-unavailable';
    if (!isRepeat) return [answered({ kind: 'refused', cause: { class: failure, reason } })];
    // What was asked for before may have been started, and no repeat of the call is there to find it.
    const seen = await look(world, run, attempt.start).catch((failed) => {
      world.warn(run.id, `it could not be looked at: ${toMessage(failed)}`);
      return [];
    });
    return [...seen, answered({ kind: 'refused', cause: { class: 'target-unavailable', reason } })];
  }
}

type Prepared = { readonly target: Target; readonly order: Order; readonly carried: CarriedEvent };

async function prepare(
  world: World,
  run: Run,
  attempt: Attempt,
  known: string | undefined,
): Promise<Prepared> {
  const target = toTarget(world, run);
  const text = known ?? (await world.ledger.loadEvent(run.id));
  if (text === undefined) throw new PayloadGoneError('its event is not in the ledger any more');
  const order = toOrder(run, attempt, text);
  return { target, order, carried: await carry(world, run, order, target) };
}

/** Never throws. */
async function ask(
  world: World,
  target: Target,
  order: Order,
  event: CarriedEvent,
  { isRepeat, by }: { readonly isRepeat: boolean; readonly by: EpochMs },
): Promise<StartAnswer> {
  try {
    // Whoever was held up so long may be asking for what others have given up since.
    if (world.now() > by) return tooLate;
    return await target.start(order, event, { isRepeat, by });
  } catch (error) {
    const reason = toMessage(error);
    world.warn(order.runId, `attempt ${order.attempt}: the answer to its start is unknown: ${reason}`);
    return { kind: 'unknown', reason };
  }
}

/** Its event can't be carried to the job, or is not there any more: waiting doesn't help. */
function isForGood(error: unknown): boolean {
  if (error instanceof PayloadGoneError) return true;
  return error instanceof NotRecordedError && error.reason === 'too-large';
}

const tooLate: StartAnswer = { kind: 'unknown', reason: 'it was held up, and was not asked for any more' };

async function carry(world: World, run: Run, order: Order, target: Target): Promise<CarriedEvent> {
  const tier = fit(order, target.limits);
  if (order.event === undefined) {
    if (run.payload === undefined)
      throw new Error('its event is neither in the ledger nor in the payload store');
    return { tier: 'claim-check', payload: run.payload };
  }
  switch (tier) {
    case 'inline':
      return { tier, text: order.event };
    case 'environment-file':
      return { tier, payload: await world.payloads.put(run, toEnvironmentLine(order.event), 'env') };
    case 'claim-check':
      return { tier, payload: await world.payloads.put(run, order.event) };
  }
}

async function stop(
  world: World,
  run: Run,
  { token, externalId }: Effect & { kind: 'stop' },
): Promise<StopAnswer> {
  try {
    return await toTarget(world, run).stop(toHandle(run, token, externalId));
  } catch (error) {
    world.warn(run.id, `it could not be asked to stop: ${toMessage(error)}`);
    return { kind: 'unknown', reason: toMessage(error) };
  }
}

async function describe(
  world: World,
  run: Run,
  effect: Effect & { kind: 'describe' },
): Promise<readonly Input[]> {
  const { key } = effect;
  try {
    return [...(await look(world, run, effect)), { kind: 'effect-done', key }];
  } catch (error) {
    world.warn(run.id, `it could not be looked at: ${toMessage(error)}`);
    return [{ kind: 'effect-failed', key }];
  }
}

async function look(
  world: World,
  run: Run,
  { token, externalId }: { readonly token: string; readonly externalId?: string },
): Promise<readonly Input[]> {
  const reports = await toTarget(world, run).describe([toHandle(run, token, externalId)]);
  return reports.map((report: Report): Input => ({ kind: 'reported', report }));
}

async function announce(world: World, run: Run, effect: Effect & { kind: 'announce' }): Promise<Input> {
  try {
    await world.announcers[effect.to]?.announce(run, effect.announcement);
    return { kind: 'effect-done', key: effect.key };
  } catch (error) {
    world.warn(run.id, `"${effect.announcement.what}" could not be announced: ${toMessage(error)}`);
    return { kind: 'effect-failed', key: effect.key };
  }
}

function toHandle({ plan: { work } }: Run, token: string, externalId: string | undefined): Handle {
  return externalId === undefined ? { token, work } : { token, externalId, work };
}

function toTarget(world: World, run: Run): Target {
  const { target } = run.plan.work;
  const found = world.targets[target];
  if (found === undefined) throw new Error(`no target is named ${target}`);
  return found;
}
