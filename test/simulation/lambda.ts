import { NotRecordedError } from '../../shared/not-recorded.ts';
import { ReplayError } from '../../shared/router/router.ts';
import type { EpochMs } from '../../shared/runs/run.ts';
import { toMessage } from '../../shared/to-message.ts';
import type { Host, Kernel } from './kernel.ts';

export type Handler = (payload: unknown, requestId: string, endBy: EpochMs) => Promise<unknown>;

/** What whoever invoked a function hears. `lost`: it timed out, its process died, or the answer did not arrive. */
export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly message: string }
  | { readonly kind: 'lost' }
  | { readonly kind: 'throttled' };

export type LambdaFunction = {
  readonly name: string;
  /** `done` is called exactly once. */
  readonly invoke: (payload: unknown, done: (outcome: Outcome) => void, requestId?: string) => void;
};

/**
 * A Lambda function: each instance is a host with memory of its own, that handles one invocation at a time and is used
 * again while it lives. An invocation whose time is over is given up by its caller; its instance is ended, or it goes on
 * when it was frozen, as if the end had come too late.
 */
export function createLambdaFunction(
  kernel: Kernel,
  name: string,
  timeoutMs: number,
  initialise: (host: Host) => Handler,
): LambdaFunction {
  const { random } = kernel;
  const idle: { readonly host: Host; readonly handler: Handler }[] = [];
  let instances = 0;
  let invocations = 0;

  function open() {
    const host: Host = {
      name: `${name}/${++instances}`,
      skewMs: drawSkew(kernel),
      isDead: false,
      frozenUntil: 0,
      pending: 0,
      isBusy: false,
    };
    return { host, handler: initialise(host) };
  }

  return {
    name,
    invoke(payload, done, requestId = `${name}-request-${++invocations}`) {
      if (kernel.strikes('function throttled', 0.02)) {
        done({ kind: 'throttled' });
        return;
      }
      const isReused = idle.length > 0 && random.chance(0.85);
      const instance = isReused ? (idle.shift() ?? open()) : open();
      const { host, handler } = instance;
      let isDone = false;
      const finish = (outcome: Outcome) => {
        if (isDone) return;
        isDone = true;
        kernel.note(host.name, `invocation ${outcome.kind}`, () =>
          'message' in outcome ? outcome.message : '',
        );
        kernel.coverage.count('invocation', outcome.kind);
        done(outcome);
      };
      const leave = (outcome: Outcome) => {
        host.isBusy = false;
        if (isDone) return;
        if (!host.isDead) idle.push(instance);
        const isLost = kernel.strikes('invocation answer lost', 0.01);
        kernel.at(kernel.now() + random.scaled(1, 50), () => finish(isLost ? { kind: 'lost' } : outcome));
      };
      kernel.note(host.name, 'is invoked', () => (host.skewMs === 0 ? '' : `clock ${host.skewMs} ms`));
      const endBy = kernel.now() + host.skewMs + timeoutMs;
      kernel.at(kernel.now() + timeoutMs, () => {
        if (isDone) return;
        kernel.coverage.count('fault', host.isDead ? 'host died' : 'function timed out');
        // A frozen one thaws when everybody has forgotten about it.
        if (host.frozenUntil > kernel.now()) kernel.coverage.count('fault', 'host thawed after its time');
        else kernel.kill(host, 'its time is over');
        finish({ kind: 'lost' });
      });
      host.isBusy = true;
      kernel.enter(host, () => {
        handler(payload, requestId, endBy - Math.min(timeoutMs / 4, 15_000)).then(
          (value) => leave({ kind: 'returned', value }),
          (error: unknown) => {
            if (!isExpected(error)) kernel.violate('nothing unexpected is thrown', `${host.name}: ${error}`);
            leave({ kind: 'threw', message: toMessage(error) });
          },
        );
      });
    },
  };
}

/** What handlers throw so that something comes again, or to say why it can't be done. */
function isExpected(error: unknown): boolean {
  return error instanceof NotRecordedError || error instanceof ReplayError;
}

/** Most clocks are right, some are seconds off, a few half a minute. */
function drawSkew({ random }: Kernel): number {
  const most = random.pick([0, 5, 5, 50, 2_000, 30_000]);
  return random.between(-most, most);
}
