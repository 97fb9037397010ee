import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { PayloadError, PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import { createRouter, ReplayError } from '../../shared/router/router.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { manual } from '../../shared/sources/manual.ts';
import { schedule } from '../../shared/sources/schedule.ts';
import { NoRuleError } from '../../shared/sources/source.ts';
import { invocation } from '../contract/source.ts';
import { type HttpRequest, toFormat2 } from './http-request.ts';
import { createRouterWorld, orderRoute, toJobsFile } from './world.ts';

type World = ReturnType<typeof createRouterWorld>;

const worlds: World[] = [];
const open = (...parameters: Parameters<typeof createRouterWorld>): World => {
  const world = createRouterWorld(...parameters);
  worlds.push(world);
  return world;
};
afterEach(() => {
  for (const world of worlds.splice(0)) world.remove();
});

const jobs = {
  order: {
    events: [orderRoute, { type: 'manual' }],
  },
  refund: {
    events: [{ ...orderRoute, properties: { ...orderRoute.properties, path: '/refunds' } }],
  },
};

describe('a delivery', () => {
  it('that comes twice starts one run', async () => {
    const { router, runs } = open(jobs);
    const {
      dispatched: [first],
    } = await router.route(toDelivery({ requestId: 'request-1' }));
    const {
      dispatched: [second],
    } = await router.route(toDelivery({ requestId: 'request-1' }));
    expect(first).toEqual({ job: 'order', runId: expect.any(String), status: 'queued', outcome: 'accepted' });
    expect(second).toEqual({ ...first, outcome: 'duplicate' });
    expect(await runs()).toHaveLength(1);
  });

  it('that comes twice at the same time starts one run', async () => {
    const { router, runs } = open(jobs);
    const delivery = toDelivery({ requestId: 'request-1' });
    const answers = await Promise.all([router.route(delivery), router.route(delivery)]);
    expect(answers.flatMap(({ dispatched }) => dispatched).map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'duplicate',
    ]);
    expect(await runs()).toHaveLength(1);
  });

  it('has its run in the ledger when it is answered, and nothing was started before', async () => {
    const { router, starts, runs } = open(jobs);
    await router.route(toDelivery());
    expect((await runs()).map(({ status }) => status)).toEqual(['queued']);
    expect(starts).toEqual([]);
  });

  it('is answered with links where there are some, for whoever is told', async () => {
    const links = { console: 'https://eu-west-1.console.aws.amazon.com/states/home' };
    const world = open(jobs, { toLinks: ({ job }) => (job === 'order' ? links : undefined) });
    const { dispatched } = await world.router.route(toDelivery());
    expect(dispatched).toMatchObject([{ job: 'order', links }]);
    expect((await open(jobs).router.route(toDelivery())).dispatched[0]).not.toHaveProperty('links');
  });

  it('is not answered when the ledger cannot take it', async () => {
    const full = open(jobs);
    const accept = async () => {
      throw new LedgerError('database or disk is full');
    };
    const router = createRouter({ ...full.parts, engine: { ...full.engine, accept } });
    expect(await router.route(toDelivery())).toEqual({
      dispatched: [],
      unrecorded: [{ job: 'order', records: [0], error: new LedgerError('database or disk is full') }],
    });
    expect(full.starts).toEqual([]);
  });
});

describe('an Idempotency-Key', () => {
  it('gives the first run again, also for another invocation', async () => {
    const { router, runs } = open(jobs);
    const {
      dispatched: [first],
    } = await router.route(keyed({ requestId: 'request-1' }));
    const {
      dispatched: [again],
    } = await router.route(keyed({ requestId: 'request-2' }));
    expect(again).toEqual({ ...first, outcome: 'duplicate' });
    expect(await runs()).toHaveLength(1);
  });

  it('conflicts with another body', async () => {
    const { router, runs } = open(jobs);
    await router.route(keyed({ requestId: 'request-1', body: '{"sku":7}' }));
    const {
      dispatched: [other],
    } = await router.route(keyed({ requestId: 'request-2', body: '{"sku":8}' }));
    expect(other).toMatchObject({ outcome: 'conflict' });
    expect(await runs()).toHaveLength(1);
  });

  it('counts within its route, its caller and 24 hours', async () => {
    const { router, runs, clock } = open(jobs);
    const requests: HttpRequest[] = [
      { requestId: 'request-1' },
      { requestId: 'request-2', path: '/refunds', routeKey: 'POST /refunds' },
      { requestId: 'request-3', subject: 'ada' },
      { requestId: 'request-4', subject: 'grace' },
    ];
    for (const request of requests) await router.route(keyed(request));
    clock.pass(86_400);
    await router.route(keyed({ requestId: 'request-5' }));
    expect((await runs()).map(({ eventId }) => eventId)).toEqual([
      'request-5',
      'request-4',
      'request-3',
      'request-2',
      'request-1',
    ]);
  });
});

describe('credentials for a job that asks for them', () => {
  const headers = { authorization: 'Bearer s3cr3t' };
  const secretJobs = { order: { ...jobs.order, forwardCredentials: true } };

  it('reach it by claim check, and nothing else', async () => {
    const { router, runs, ledger, engine, starts } = open(secretJobs);
    const {
      dispatched: [dispatched],
    } = await router.route(toDelivery({ headers, body: '{"sku":7}' }));
    const runId = dispatched?.runId ?? '';
    await engine.tell(runId, { kind: 'due' });

    expect(await ledger.loadEvent(runId)).not.toContain('s3cr3t');
    const [run] = await runs();
    expect(JSON.stringify(run)).not.toContain('s3cr3t');
    const [start] = starts;
    expect(JSON.stringify(start)).not.toContain('s3cr3t');
    expect(start?.order.event).toBeUndefined();
    expect(start?.event).toEqual({ tier: 'claim-check', payload: run?.payload });
    const path = fileURLToPath(run?.payload?.uri ?? '');
    expect(JSON.parse(readFileSync(path, 'utf8')).records[0].data.headers.authorization).toBe(
      'Bearer s3cr3t',
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('are stored before the run is: when they cannot be, there is no run', async () => {
    const payloads = {
      put: async () => {
        throw new PayloadError('no space left');
      },
      get: async () => '',
      remove: async () => {},
    };
    const { router, runs } = open(secretJobs, { payloads });
    expect(await router.route(toDelivery({ headers }))).toEqual({
      dispatched: [],
      unrecorded: [{ job: 'order', records: [0], error: new PayloadError('no space left') }],
    });
    expect(await runs()).toEqual([]);
  });

  it('are not left behind by a request that was sent twice', async () => {
    const world = open(secretJobs);
    const twice = { headers: { ...headers, 'idempotency-key': 'order-7' } };
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery({ ...twice, requestId: 'request-1' }));
    const {
      dispatched: [again],
    } = await world.router.route(toDelivery({ ...twice, requestId: 'request-2' }));
    expect(again).toEqual({ ...first, outcome: 'duplicate' });
    const payloads = join(world.folder, 'order', `${first?.runId}`);
    expect(readdirSync(payloads)).toEqual([expect.stringMatching(/^[0-9a-f]{16}\.json$/)]);
  });

  it('reach its replay too', async () => {
    const { router, ledger, starts, engine } = open(secretJobs);
    const {
      dispatched: [first],
    } = await router.route(toDelivery({ headers }));
    const replay = await router.replay(first?.runId ?? '', 'replay-1');
    await engine.tell(replay.id, { kind: 'due' });
    const [start] = starts;
    if (start?.event.tier !== 'claim-check') throw new Error('it went another way');
    expect(readFileSync(fileURLToPath(start.event.payload.uri), 'utf8')).toContain('Bearer s3cr3t');
    expect(start.event.payload.uri).toContain(replay.id);
    expect(await ledger.loadEvent(replay.id)).not.toContain('s3cr3t');
  });

  it('do not reach a replay once the job asks for them no more', async () => {
    const world = open(secretJobs);
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery({ headers }));
    const { jobs: changed } = toJobsFile(jobs);
    const router = createRouter({ ...world.parts, jobs: changed });
    const before = readdirSync(world.folder);
    const replay = await router.replay(first?.runId ?? '', 'replay-1');
    expect(replay).not.toHaveProperty('payload');
    expect(readdirSync(world.folder)).toEqual(before);
    expect(await world.ledger.loadEvent(replay.id)).toBe(await world.ledger.loadEvent(first?.runId ?? ''));
  });

  it('are not in the way of a replay that is not given them, when they are gone', async () => {
    const world = open(secretJobs);
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery({ headers }));
    world.remove();
    const router = createRouter({ ...world.parts, jobs: toJobsFile(jobs).jobs });
    expect(await router.replay(first?.runId ?? '', 'replay-1')).toMatchObject({ status: 'queued' });
  });
});

describe('a replay', () => {
  it('is a new run with the old event, linked to the old one, on the plan of now', async () => {
    const before = open(jobs);
    const {
      dispatched: [first],
    } = await before.router.route(toDelivery({ body: '{"sku":7}' }));
    const runId = first?.runId ?? '';
    before.clock.pass(60);
    const { jobs: changed } = toJobsFile({ order: { ...jobs.order, timeout: 7 } });
    const router = createRouter({ ...before.parts, jobs: changed });

    const replay = await router.replay(runId, 'replay-1');
    expect(replay).toMatchObject({
      job: 'order',
      status: 'queued',
      source: 'http-api-gateway',
      eventId: 'request-1',
      replayOf: runId,
      rule: '',
      attempts: [],
      createdAt: before.clock.now(),
      plan: { timeoutSeconds: 7 },
    });
    expect(replay.id).not.toBe(runId);
    expect(await before.ledger.loadEvent(replay.id)).toBe(await before.ledger.loadEvent(runId));
    expect((await before.ledger.load(runId))?.plan.timeoutSeconds).toBe(3600);
  });

  it('is the same run for the same request, and another one for another', async () => {
    const { router, runs } = open(jobs);
    const {
      dispatched: [first],
    } = await router.route(toDelivery());
    const runId = first?.runId ?? '';
    const ids = [];
    for (const request of ['replay-1', 'replay-1', 'replay-2'])
      ids.push((await router.replay(runId, request)).id);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(await runs()).toHaveLength(3);
  });

  it('leaves alone the claim of the first run', async () => {
    const { router } = open(jobs);
    const {
      dispatched: [first],
    } = await router.route(keyed({ requestId: 'request-1' }));
    await router.replay(first?.runId ?? '', 'replay-1');
    const {
      dispatched: [again],
    } = await router.route(keyed({ requestId: 'request-2' }));
    expect(again).toEqual({ ...first, outcome: 'duplicate' });
  });

  it('is refused for a run, a job or an event that is not there', async () => {
    const world = open(jobs);
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery());
    const runId = first?.runId ?? '';
    const unknown = world.router.replay('0000000000000000000000dead', 'replay-1');
    await expect(unknown).rejects.toThrow(new ReplayError('no run is named 0000000000000000000000dead'));
    const gone = createRouter({ ...world.parts, jobs: [] }).replay(runId, 'replay-1');
    await expect(gone).rejects.toThrow(new ReplayError('job order is not in jobs.yml any more'));
    const ledger = { ...world.ledger, loadEvent: async () => undefined };
    const old = createRouter({ ...world.parts, ledger }).replay(runId, 'replay-1');
    await expect(old).rejects.toThrow(new ReplayError(`the event of run ${runId} is not kept any more`));
  });

  it('is refused for a run whose event could not be read: there is nothing to give the job', async () => {
    const world = open(jobs);
    const error = 'the key is "s3cr3t", expected UTF-8';
    const records = [{ recordId: 'record-1', error, bytes: '{"sku' }];
    const {
      dispatched: [failed],
    } = await world.router.route({ ...toDelivery(), records });
    expect(failed).toMatchObject({ status: 'failed', outcome: 'accepted' });
    await expect(world.router.replay(failed?.runId ?? '', 'replay-1')).rejects.toThrow(
      new ReplayError(
        `run ${failed?.runId} has no event that a job could be given: the key is "…", expected UTF-8`,
      ),
    );
  });

  it('is refused for a run whose event is gone, and is tried again while it only can not be read', async () => {
    const world = open(jobs);
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery());
    const runId = first?.runId ?? '';
    const replayWith = (error: Error) => {
      const ledger = { ...world.ledger, loadEvent: async () => Promise.reject(error) };
      return createRouter({ ...world.parts, ledger }).replay(runId, 'replay-1');
    };
    await expect(replayWith(new PayloadGoneError('the event at s3://b/k is gone'))).rejects.toThrow(
      new ReplayError(`run ${runId} can't be replayed: the event at s3://b/k is gone`),
    );
    const unread = new PayloadError('the event at s3://b/k could not be read: no answer within 30 s');
    await expect(replayWith(unread)).rejects.toBe(unread);
    expect(await world.runs()).toHaveLength(1);
  });

  it('of a run whose event is gone can still be given another event', async () => {
    const world = open(jobs);
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery());
    const ledger = { ...world.ledger, loadEvent: async () => Promise.reject(new PayloadGoneError('gone')) };
    const router = createRouter({ ...world.parts, ledger });
    const replay = await router.replay(first?.runId ?? '', 'replay-1', '{"sku":8}');
    expect(replay).toMatchObject({ status: 'queued', replayOf: first?.runId });
    // What came of it is given again, though it can't be told any more whether it was the same event.
    expect((await router.replay(first?.runId ?? '', 'replay-1', '{"sku":8}')).id).toBe(replay.id);
  });

  it('is to be tried again while the credentials that its job asks for can not be read', async () => {
    const world = open({ order: { ...jobs.order, forwardCredentials: true } });
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery({ headers: { authorization: 'Bearer s3cr3t' } }));
    const unread = new PayloadError('no answer from S3');
    const payloads = { ...world.parts.payloads, get: async () => Promise.reject(unread) };
    const replay = createRouter({ ...world.parts, payloads }).replay(first?.runId ?? '', 'replay-1');
    await expect(replay).rejects.toBe(unread);
  });

  it('does not start without the credentials that its job asks for', async () => {
    const world = open({ order: { ...jobs.order, forwardCredentials: true } });
    const {
      dispatched: [first],
    } = await world.router.route(toDelivery({ headers: { authorization: 'Bearer s3cr3t' } }));
    world.remove();
    const replay = world.router.replay(first?.runId ?? '', 'replay-1');
    await expect(replay).rejects.toThrow(ReplayError);
    await expect(replay).rejects.toThrow(`run ${first?.runId} can't be replayed: the event at file://`);
    expect(await world.runs()).toHaveLength(1);
  });
});

describe('a delivery that no job takes', () => {
  const tick = { signalbox: { rule: 'order-12345678', scheduledTime: '2026-11-20T02:00:00Z' } };
  const other = { requestId: 'request-1', path: '/nothing', routeKey: 'POST /nothing' };

  it.each([
    [
      'an unknown job',
      manual.parse({ job: 'ordre', input: 1 }, invocation),
      'no job is named ordre; jobs.yml has order, refund',
    ],
    [
      'a job that is not started by hand',
      manual.parse({ job: 'refund', input: 1 }, invocation),
      'job refund is not started by hand: add "- type: manual" to its events in jobs.yml',
    ],
    ['an unknown schedule', schedule.parse(tick, invocation), 'no job has the schedule order-12345678'],
    ['an unknown route', toDelivery(other), 'no job has the route POST /nothing'],
  ])('is refused with what it names: %s', async (_what, delivery, message) => {
    const { router, runs } = open(jobs);
    await expect(router.route(delivery)).rejects.toThrow(new NoRuleError(message));
    expect(await runs()).toEqual([]);
  });

  it('names a rule of another kind as a schedule: it is unknown', async () => {
    const rule = toJobsFile(jobs).jobs[0]?.events[0]?.id;
    const delivery = schedule.parse({ signalbox: { ...tick.signalbox, rule } }, invocation);
    await expect(open(jobs).router.route(delivery)).rejects.toThrow(`no job has the schedule ${rule}`);
  });
});

function toDelivery(request: HttpRequest = {}) {
  return httpApiGateway.parse(toFormat2({ body: '{"sku":7}', ...request }), invocation);
}

function keyed(request: HttpRequest) {
  return toDelivery({ headers: { 'idempotency-key': 'k' }, ...request });
}
