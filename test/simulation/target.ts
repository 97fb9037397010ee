import type { Order } from '../../shared/runs/order.ts';
import type { Report, StartAnswer, StateChange, StopAnswer, Target } from '../../shared/targets/target.ts';
import { toMessage } from '../../shared/to-message.ts';
import type { Host, Kernel } from './kernel.ts';
import type { Service } from './service.ts';

/** An event of a simulated service, as the bus hands it on. */
export type ServiceEvent = { readonly service: string; readonly change: StateChange };

type How = { readonly isRepeat: boolean; readonly by?: number };

/** Hears of every call to start something, when it is made. */
export type StartWitness = (order: Order, carried: string) => void;

/**
 * A target of one host, over a simulated service. It keeps the contract of shared/targets/target.ts in the ways of the
 * real ones: what may have been started before is looked for first where the service forgets tokens; a look that fails
 * leaves the start's fate unknown; a stop of what can't be found is unknown too.
 */
export function createSimulatedTarget(
  kernel: Kernel,
  host: Host,
  service: Service,
  startWitness: StartWitness,
): Target {
  const { name, looksAfterMs } = service.profile;
  const clock = kernel.clockOf(host);
  const call = <T>(what: string, effect: () => T): Promise<T> =>
    kernel.call(host, `${name} ${what}`, effect, (reason) => new Error(`${name}: ${reason}`));
  const count = (what: string) => kernel.coverage.count('target', what);
  const countInput = (what: string) => kernel.coverage.count('input', what);

  return {
    name,
    limits: { inline: (_order, event) => ({ size: event.length, most: 8_192 }) },

    async start(order, event, how: How = { isRepeat: false }): Promise<StartAnswer> {
      const { isRepeat, by = Number.POSITIVE_INFINITY } = how;
      startWitness(order, JSON.stringify(event));
      countInput('start-answered');
      try {
        if (looksAfterMs !== undefined && (isRepeat || clock() - order.askedAt > looksAfterMs)) {
          const found = await call('list', () => service.findByToken(order.token));
          if (found !== undefined) {
            count('start found by a look');
            const { task, finding } = found;
            const isRunning = finding.state === 'running';
            return {
              kind: 'started',
              externalId: task.id,
              ...(isRunning && { startedAt: finding.startedAt }),
            };
          }
        }
        if (clock() > by) return { kind: 'unknown', reason: 'it was held up' };
        const answer = await call('start', () => service.start(order));
        count(answer.kind === 'refused' ? `start refused: ${answer.cause.class}` : `start ${answer.kind}`);
        const { work } = order;
        const isAllThereIs = work.target === 'state-machine' && !work.waitsForEnd;
        if (answer.kind !== 'started' || !isAllThereIs) return answer;
        return { ...answer, endedAt: answer.startedAt ?? clock() };
      } catch (error) {
        count('start unknown');
        return { kind: 'unknown', reason: toMessage(error) };
      }
    },

    async stop({ token, externalId }): Promise<StopAnswer> {
      countInput('stop-answered');
      try {
        const isThere = await call('stop', () => service.stop(token, externalId));
        count(isThere ? 'stop asked' : 'stop of nothing to be seen');
        return isThere ? { kind: 'asked' } : { kind: 'unknown', reason: `${name} has no trace of it` };
      } catch (error) {
        count('stop unknown');
        return { kind: 'unknown', reason: toMessage(error) };
      }
    },

    async describe(handles) {
      const lookedAt = clock();
      return call('describe', () =>
        handles.map(({ token, externalId }): Report => {
          const found = externalId === undefined ? service.findByToken(token) : service.findById(externalId);
          count(`described as ${found?.finding.state ?? 'absent'}`);
          countInput('reported');
          countInput('effect-done');
          return found === undefined
            ? { token, state: 'absent', lookedAt }
            : { token, externalId: found.task.id, ...found.finding };
        }),
      );
    },

    report(event) {
      if (typeof event !== 'object' || event === null || !('service' in event)) return undefined;
      const { service: from, change } = event as ServiceEvent;
      return from === name ? change : undefined;
    },
  };
}
