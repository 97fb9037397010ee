import { describe, expect, it } from 'vitest';
import { toReferenceText } from '../../shared/jobs/reference.ts';
import type { JobsFile } from '../../shared/jobs/schema/file.ts';
import { createOwnBus } from '../../shared/local/own-bus.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Run } from '../../shared/runs/run.ts';
import { createRouterWorld, type Jobs } from '../router/world.ts';
import { toAnnouncement, toFailedRun } from '../support/announcements.ts';
import { runId, start, toDraft } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { createWorld, drive } from '../support/world.ts';
import { shell, startTestDev } from './dev.ts';

const defaultBus = { useDefaultBus: true } as const;
const hears = (pattern: object, bus: object = defaultBus) => ({
  events: [{ type: 'event-bus', properties: { ...bus, eventPattern: pattern } }],
});
const failures = { source: ['signalbox'], 'detail-type': ['Run Failed'] };

function open(jobs: Jobs, announcements: JobsFile['announcements'] = defaultBus) {
  const world = createRouterWorld(jobs);
  atEnd(world.remove);
  const bus = createOwnBus({ service: 'shop', announcements, router: () => world.router });
  const started = async () => (await world.runs()).map(({ job }) => job).sort();
  return { ...world, bus, started };
}

describe('the bus of this machine', () => {
  it('is known by its name when it is a reference', async () => {
    const bus = { eventBusArn: { 'Fn::ImportValue': 'research' } };
    const { bus: own, started } = open(
      {
        tidy: hears(failures, bus),
        named: hears(failures, { eventBusName: 'research' }),
        other: hears(failures),
      },
      { eventBusArn: toReferenceText(bus.eventBusArn) },
    );
    await own.announce(toFailedRun({ hops: 1 }), toAnnouncement());
    expect(await started()).toEqual(['named', 'tidy']);
  });

  it('starts the jobs whose pattern an announcement matches, with the event as EventBridge would deliver it', async () => {
    const { bus, started, runs, ledger } = open({
      tidy: hears({ ...failures, detail: { job: ['word-index'] } }),
      other: hears({ ...failures, detail: { job: ['another'] } }),
      happy: hears({ source: ['signalbox'], 'detail-type': ['Run Succeeded'] }),
      route: { events: [{ type: 'manual' }] },
    });
    await bus.announce(toFailedRun({ hops: 1 }), toAnnouncement());
    expect(await started()).toEqual(['tidy']);
    const [run] = await runs();
    expect(run).toMatchObject({ status: 'queued', source: 'event-bus', hops: 2 });
    expect(JSON.parse((await ledger.loadEvent(run?.id ?? '')) ?? '')).toMatchObject({
      id: `${runId}-failed-1-1795168800000`,
      sourceArn: 'arn:aws:events:local:000000000000:event-bus/default',
      time: '2026-11-20T10:00:00.000Z',
      records: [
        { data: { source: 'signalbox', detailType: 'Run Failed', detail: { runId, job: 'word-index' } } },
      ],
    });
  });

  it('starts nothing where nothing matches, and is done with it', async () => {
    const { bus, started } = open({ happy: hears({ 'detail-type': ['Run Succeeded'] }), ...manual });
    await bus.announce(toFailedRun(), toAnnouncement());
    expect(await started()).toEqual([]);
  });

  it('starts nothing where no job listens to any bus', async () => {
    const { bus, started } = open(manual);
    await bus.announce(toFailedRun(), toAnnouncement());
    expect(await started()).toEqual([]);
  });

  const arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/runs';
  const jobs = {
    'by-arn': hears(failures, { eventBusArn: arn }),
    'by-name': hears(failures, { eventBusName: 'runs' }),
    'by-default': hears(failures),
    'by-other': hears(failures, { eventBusName: 'others' }),
  };
  it.each<[JobsFile['announcements'], readonly string[]]>([
    [{ eventBusArn: arn }, ['by-arn', 'by-name']],
    [{ eventBusName: 'runs' }, ['by-name']],
    [{ useDefaultBus: true }, ['by-default']],
    ['none', []],
  ])('is the one that announcements name: %j starts %j', async (announcements, expected) => {
    const { bus, started } = open(jobs, announcements);
    await bus.announce(toFailedRun(), toAnnouncement());
    expect(await started()).toEqual(expected);
  });

  it('starts a job once for an announcement that comes again, and once more for another', async () => {
    const { bus, started } = open({ tidy: hears({ source: ['signalbox'] }) });
    await bus.announce(toFailedRun(), toAnnouncement());
    await bus.announce(toFailedRun(), toAnnouncement());
    expect(await started()).toEqual(['tidy']);
    await bus.announce(toFailedRun(), toAnnouncement({ at: start + 60_000 }));
    expect(await started()).toEqual(['tidy', 'tidy']);
  });

  it('stops a job that its own announcements start', async () => {
    const { bus, runs } = open({ echo: hears({ source: ['signalbox'] }) });
    let run: Run | undefined = toFailedRun({ job: 'echo' });
    for (let hop = 0; hop < 7; hop++) {
      await bus.announce(run, toAnnouncement());
      run = (await runs()).find(({ hops }) => hops === hop + 1);
      if (run === undefined) throw new Error(`hop ${hop + 1} was not made`);
    }
    expect(run).toMatchObject({ status: 'failed', hops: 7, outbox: [], cause: { class: 'bad-event' } });
    expect(await runs()).toHaveLength(7);
  });

  it('has it owed by the run until it is recorded, whatever fails, and is recorded once', async () => {
    const { router, runs } = open({
      tidy: hears({ source: ['signalbox'], 'detail-type': ['Run Succeeded'] }),
    });
    const world = createWorld();
    const fates = ['down', 'lost', 'dies'];
    const broken = {
      async route(delivery: Parameters<typeof router.route>[0]) {
        if (
          delivery.addressed.source !== 'event-bus' ||
          !JSON.stringify(delivery).includes('Run Succeeded')
        ) {
          return { dispatched: [], unrecorded: [] };
        }
        const fate = fates.shift();
        if (fate === 'down') {
          const error = new Error('the ledger is down');
          return { dispatched: [], unrecorded: [{ job: 'tidy', records: [0], error }] };
        }
        const routed = await router.route(delivery);
        if (fate !== undefined) throw new Error('it is recorded, and nobody hears of that');
        return routed;
      },
    };
    const bus = createOwnBus({ service: 'shop', announcements: defaultBus, router: () => broken });
    const engine = createEngine({ ...world, announcers: { bus } });
    await engine.accept(toDraft());
    const run = await drive(world, engine, runId);
    expect(run.status).toBe('succeeded');
    expect(fates).toEqual([]);
    expect((await runs()).map(({ job, hops }) => [job, hops])).toEqual([['tidy', 1]]);
    expect(world.warned).toContain(
      '"succeeded" could not be announced: job tidy could not be started by it: the ledger is down',
    );
  });

  it('has a job start another in the running router', async () => {
    const dev = await startTestDev({
      jobs: {
        fetch: shell('true'),
        report: shell('printf "%s" "$STP_TRIGGER_EVENT_DATA" > heard.json', {
          ...hears({ source: ['signalbox'], 'detail-type': ['Run Succeeded'], detail: { job: ['fetch'] } }),
          onFailure: { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:123456789012:failures' },
        }),
      },
    });
    atEnd(() => dev.end(true));
    const id = await dev.invoke('fetch');
    await dev.waitFor(id, 'succeeded');
    const run = await until('the other run', async () => {
      const { runs } = await dev.local.ledger.list({ jobs: ['report'], limit: 1 });
      return runs[0];
    });
    const reported = await dev.waitFor(run.id, 'succeeded');
    expect(reported).toMatchObject({ source: 'event-bus', status: 'succeeded' });
    expect(dev.logged.join()).toContain(
      'onFailure is not served here; runs of these jobs that fail are in the log: report',
    );
  });
});

const manual = { tidy: { events: [{ type: 'manual' }] } };
