import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostBytes, toDetail, toDetailType, toText } from '../../shared/announcers/message.ts';
import { isAnnouncementId } from '../../shared/events/announcement.ts';
import { finishedStatuses, type Run } from '../../shared/runs/run.ts';
import { toAnnouncement, toFailedRun } from '../support/announcements.ts';
import { runId, start } from '../support/draft.ts';

const whats = ['started', 'retrying', 'held', ...finishedStatuses] as const;

describe('an announcement', () => {
  it('has a type for each thing that can become of a run', () => {
    expect(whats.map((what) => toDetailType(toAnnouncement({ what })))).toEqual([
      'Run Started',
      'Run Retrying',
      'Run Held',
      'Run Succeeded',
      'Run Failed',
      'Run Timed Out',
      'Run Cancelled',
    ]);
  });

  it('says how the run looks, which attempt it is about, and what led to it', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const run = toFailedRun({ hops: 2, traceparent });
    expect(toDetail({ service: 'media' }, run, toAnnouncement())).toMatchObject({
      announcementId: `${runId}-failed-1-1795168800000`,
      service: 'media',
      runId,
      job: 'word-index',
      status: 'failed',
      attempt: 1,
      hops: 2,
      traceparent,
      cause: { class: 'exit-code', reason: 'it ended with exit code 3', exitCode: 3 },
      attempts: [{ attempt: 1, status: 'failed' }],
    });
  });

  it('names the stage that jobs.yml is deployed as, for there may be several on one bus', () => {
    const sender = { service: 'media', stage: 'prod' };
    expect(toDetail(sender, toFailedRun(), toAnnouncement())).toMatchObject(sender);
    expect(toDetail({ service: 'media' }, toFailedRun(), toAnnouncement())).not.toHaveProperty('stage');
  });

  it('says that nothing was announced before it, where that is so, and nothing of a trace that there is none of', () => {
    const detail = toDetail({ service: 'media' }, toFailedRun(), toAnnouncement());
    expect(detail.hops).toBe(0);
    expect(detail).not.toHaveProperty('traceparent');
  });

  it('has neither the plan nor the event', () => {
    const detail = toDetail({ service: 'media' }, toFailedRun(), toAnnouncement());
    for (const key of ['plan', 'event', 'outbox', 'payload']) expect(detail).not.toHaveProperty(key);
  });

  it('has an id of its own for each time that something becomes of a run, and for each audience', () => {
    const ids = [
      ...whats.map((what) => toDetail({ service: 'media' }, toFailedRun(), toAnnouncement({ what }))),
      toDetail({ service: 'media' }, toFailedRun(), toAnnouncement({ what: 'started', attempt: 2 })),
      toDetail({ service: 'media' }, toFailedRun(), toAnnouncement({ what: 'started', at: start + 60_000 })),
      toDetail({ service: 'media' }, toFailedRun(), toAnnouncement(), 'failure-destination'),
    ].map(({ announcementId }) => announcementId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      expect(isAnnouncementId(id), id).toBe(true);
      // As EventBridge's own.
      expect(id.length).toBeLessThanOrEqual(64);
    }
  });

  it('is whole when it fits', () => {
    const reason = 'r'.repeat(1000);
    const run = toFailedRun({ cause: { class: 'lost', reason } });
    expect(toDetail({ service: 'media' }, run, toAnnouncement()).cause?.reason).toBe(reason);
  });

  it('has its long texts cut when it does not fit', () => {
    const run = withAttempts(150, 'é'.repeat(1000));
    const detail = toDetail({ service: 'media' }, run, toAnnouncement());
    expect(detail.attempts).toHaveLength(150);
    expect(detail.attempts[7]?.failure?.reason).toBe(`${'é'.repeat(399)}…`);
    expect(detail).not.toHaveProperty('attemptsLeftOut');
  });

  it('has its oldest attempts left out when it still does not fit, and says how many', () => {
    const detail = toDetail({ service: 'media' }, withAttempts(400, '\u0001'.repeat(1000)), toAnnouncement());
    expect(detail.attempts.map(({ attempt }) => attempt)).toEqual([396, 397, 398, 399, 400]);
    expect(detail.attemptsLeftOut).toBe(395);
  });

  it('fits, whatever is in the run', () => {
    const texts = fc
      .tuple(fc.constantFrom('a', 'é', '🚀', '\u0001', '"', '\uffff', '\ud800'), fc.integer({ max: 300_000 }))
      .map(([unit, count]) => unit.repeat(Math.max(count, 0)));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), texts, texts, (count, reason, eventId) => {
        const run = { ...withAttempts(count, reason.slice(0, 1000)), eventId };
        const text = toText(toDetail({ service: 'media' }, run, toAnnouncement()));
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostBytes);
        expect(JSON.parse(text).runId).toBe(runId);
      }),
      { numRuns: 30 },
    );
  });

  it('is not cut through a character of two halves', () => {
    const run = toFailedRun({ eventId: 'x'.repeat(398) + '🚀'.repeat(80_000) });
    const { eventId } = toDetail({ service: 'media' }, run, toAnnouncement());
    expect(eventId.isWellFormed()).toBe(true);
    expect(eventId).toHaveLength(400);
  });
});

describe('the text of a message', () => {
  it('is the same JSON, but for whole numbers that EventBridge does not take, which become text', () => {
    const value = { a: [1, -2.5, 1e300, '🚀é\n'], b: { c: null, d: true } };
    expect(JSON.parse(toText(value))).toEqual({ ...value, a: [1, -2.5, '1e+300', '🚀é\n'] });
    expect(toText([2 ** 53, 2 ** 63, -(2 ** 63)])).toBe(
      '[9007199254740992,"9223372036854776000","-9223372036854776000"]',
    );
  });

  it('has none of the characters that SQS refuses', () => {
    const all = String.fromCharCode(...Array.from({ length: 0x10000 }, (_, code) => code));
    const text = toText({ all });
    expect(text).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
    expect(JSON.parse(text).all).toBe(all);
  });
});

function withAttempts(count: number, reason: string): Run {
  const run = toFailedRun();
  const attempts = Array.from({ length: count }, (_, index) => ({
    ...run.attempts[0],
    number: index + 1,
    failure: { class: 'exit-code', reason },
  }));
  return { ...run, attempts: attempts as unknown as Run['attempts'] };
}
