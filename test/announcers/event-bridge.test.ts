import { describe, expect, it } from 'vitest';
import { createEventBridgeAnnouncer } from '../../shared/announcers/event-bridge.ts';
import { createEventBridge, type EventBridgeOptions, type PutEvent } from '../stand-in/event-bridge.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import { toAnnouncement, toFailedRun } from '../support/announcements.ts';
import { runId, start, toRunId } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';

async function open(options: Partial<EventBridgeOptions> = {}) {
  const taken: PutEvent[] = [];
  const standIn = await startStandIn(createEventBridge({ taken, ...options }));
  atEnd(standIn.close);
  const { eventBridge: client } = standIn.clients;
  return {
    ...standIn,
    taken,
    announcer: createEventBridgeAnnouncer({ client, bus: 'runs', sender: { service: 'media' } }),
  };
}

describe('an event bus', () => {
  it('gets an event of ours, at the time when it happened', async () => {
    const { announcer, taken } = await open();
    await announcer.announce(toFailedRun(), toAnnouncement({ what: 'timed-out', at: start + 9000 }));
    expect(taken).toMatchObject([
      {
        bus: 'runs',
        source: 'signalbox',
        'detail-type': 'Run Timed Out',
        time: '2026-11-20T10:00:09Z',
        resources: [],
        detail: { service: 'media', runId, attempt: 1, hops: 0 },
      },
    ]);
  });

  it('gets what is announced at one time in one call, ten events to each', async () => {
    const { announcer, calls } = await open();
    const runs = Array.from({ length: 12 }, (_, number) => toFailedRun({ id: toRunId(number) }));
    await Promise.all(runs.map((run) => announcer.announce(run, toAnnouncement())));
    const sizes = calls.map(({ request }) => (request['Entries'] as unknown[]).length);
    expect(sizes.toSorted((a, b) => b - a)).toEqual([10, 2]);
  });

  it('gets large events in several calls, each within what EventBridge takes', async () => {
    const { announcer, calls, taken } = await open();
    const runs = Array.from({ length: 6 }, (_, number) =>
      toFailedRun({ id: toRunId(number), eventId: 'é'.repeat(50_000) }),
    );
    await Promise.all(runs.map((run) => announcer.announce(run, toAnnouncement())));
    expect(calls.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(taken).toHaveLength(6);
  });

  it('that throttles one event of several is told of that one again, with the same id', async () => {
    const throttled = new Set([toRunId(2)]);
    const { announcer, taken } = await open({
      refuse({ Detail = '' }) {
        const id = JSON.parse(Detail).runId;
        return throttled.delete(id)
          ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }
          : undefined;
      },
    });
    const announce = (number: number) =>
      announcer.announce(toFailedRun({ id: toRunId(number) }), toAnnouncement());
    const [first, second] = await Promise.allSettled([announce(1), announce(2)]);
    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({
      reason: { message: 'event bus runs did not take it: ThrottlingException: Rate exceeded' },
    });
    await announce(2);
    expect(taken.map(({ detail }) => detail['announcementId'])).toEqual([
      `${toRunId(1)}-failed-1-1795168800000`,
      `${toRunId(2)}-failed-1-1795168800000`,
    ]);
  });

  it('gets two events with one announcement id when the answer to the first call gets lost', async () => {
    const { announcer, taken, faults } = await open();
    faults.next('PutEvents', { kind: 'drop answer' });
    await announcer.announce(toFailedRun(), toAnnouncement());
    expect(taken).toHaveLength(2);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(2);
    expect(new Set(taken.map(({ detail }) => detail['announcementId'])).size).toBe(1);
  });

  it.each([
    ['counts a failure', { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }],
    ['has neither an id nor an error', { FailedEntryCount: 0, Entries: [{}] }],
    ['mentions nothing', { FailedEntryCount: 0, Entries: [] }],
    ['is empty', {}],
  ])('has not been told when its answer %s', async (_what, body) => {
    const { announcer, faults } = await open();
    faults.next('PutEvents', { kind: 'answer', body });
    await expect(announcer.announce(toFailedRun(), toAnnouncement())).rejects.toThrow(
      /^event bus runs did not take it: (?:InternalFailure: $|the answer does not mention it$)/,
    );
  });
});
