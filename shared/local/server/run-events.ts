import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Listener } from '../../announcers/listeners.ts';
import { toRunView } from '../../runs/view.ts';

export type Listen = (listener: Listener) => () => void;

/** Server-sent events: what becomes of runs, as it happens. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function createRunEvents(listen: Listen): Hono {
  return new Hono().get('/events', (context) =>
    streamSSE(context, async (stream) => {
      const unlisten = listen((run, { what }) => {
        void stream.writeSSE({ event: what, data: JSON.stringify(toRunView(run)) });
      });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      unlisten();
    }),
  );
}
