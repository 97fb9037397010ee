import type { Server } from 'node:http';
import { type HttpBindings, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createCommands } from '../../router/commands.ts';
import type { Router } from '../../router/router.ts';
import type { Trigger } from '../../router/trigger.ts';
import type { Engine } from '../../runs/engine.ts';
import type { Ledger } from '../../runs/ledger.ts';
import { problem } from '../../runs-api/problem.ts';
import { createRunsApi } from '../../runs-api/runs-api.ts';
import { createDeclaredRoutes, type HttpRoute } from './declared-routes.ts';
import { createInvokeApi } from './invoke-api.ts';
import { loopbackOnly } from './loopback.ts';
import { createRunEvents, type Listen } from './run-events.ts';

export type ServerParts = {
  readonly ledger: Ledger;
  readonly engine: Engine;
  readonly router: Router;
  readonly listen: Listen;
  /** By function name. */
  readonly functions: ReadonlyMap<string, Trigger>;
  readonly httpRoutes: readonly HttpRoute[];
  /** Whether browsers may call the declared routes from pages of other origins. */
  readonly cors: boolean;
  readonly about: Readonly<Record<string, unknown>>;
  readonly fail: (error: unknown) => void;
};

/** The local router's HTTP side: declared routes, the runs API and Lambda's Invoke API. */
export function createApp(parts: ServerParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const declared = createDeclaredRoutes(parts.httpRoutes, parts.functions.get('http-api-gateway'));
  const { ledger, fail } = parts;
  const runs = createRunsApi({ ledger, commands: createCommands(parts), fail, now: Date.now });

  app.use(loopbackOnly);
  app.onError((error) => {
    fail(error);
    return problem(503, 'The router could not do this now. Nothing was lost; send it again.', {
      'retry-after': '5',
    });
  });
  app.get('/_signalbox', () => Response.json(parts.about));
  app.route('/_signalbox', runs);
  app.route('/_signalbox', createRunEvents(parts.listen));
  app.route('/', createInvokeApi(parts.functions));
  if (parts.cors) app.use(cors());
  app.use(async (context, next) => (await declared(context)) ?? next());
  // A route of jobs.yml may be /runs/{id} itself, and comes first.
  app.get('/runs/:id', (context) => runs.request(`/runs/${encodeURIComponent(context.req.param('id'))}`));
  app.notFound(({ req }) => problem(404, `No job has the route ${req.method} ${req.path}.`));
  return app;
}

/** Listens on the loopback address only. Rejects when the port is in use; port 0 takes any free one. */
export function listen(
  app: Hono<{ Bindings: HttpBindings }>,
  port: number,
): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, ({ port: taken }) => {
      resolve({ port: taken, close: () => close(server as Server) });
    });
    server.on('error', reject);
  });
}

/** Lets requests under way end, and drops connections that only wait, such as streams of events. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), 500);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
