import { describe, expect, it } from 'vitest';
import type { Announcer } from '../../shared/announcers/announcer.ts';
import type { Run } from '../../shared/runs/run.ts';
import { toAnnouncement, toFailedRun } from '../support/announcements.ts';
import { toRunId } from '../support/draft.ts';

export type OpenedAnnouncer = {
  readonly announcer: Announcer;
  /** What the run's plan has to say for it to be heard. */
  readonly plan?: Partial<Run['plan']>;
  /** The id of the run, of each announcement that was heard. */
  readonly heard: () => Promise<readonly string[]> | readonly string[];
  /** Everything that was said, as text. */
  readonly said: () => Promise<string> | string;
  /** Until `mend`, nobody can be told anything. */
  readonly breakDown: () => void;
  readonly mend: () => void;
  /** It hears, and the answer to that gets lost. */
  readonly loseAnswer?: () => void;
  /** Of those that are told together, these are not heard the next time. */
  readonly miss?: (runIds: readonly string[]) => void;
};

/** `answers`: whoever is told answers, which may get lost; `calls`: one call tells of several runs. */
export type AnnouncerKind = { readonly answers: boolean; readonly calls: boolean };

/** What every announcer owes the engine. */
export function testAnnouncer(
  name: string,
  { answers, calls }: AnnouncerKind,
  open: () => Promise<OpenedAnnouncer>,
): void {
  describe(`the announcer ${name}`, () => {
    const toRun = ({ plan = {} }: OpenedAnnouncer, number: number, change: Partial<Run> = {}) => {
      const run = toFailedRun({ id: toRunId(number), ...change });
      return { ...run, plan: { ...run.plan, ...plan } };
    };
    const announce = (opened: OpenedAnnouncer, ...numbers: readonly number[]) =>
      Promise.allSettled(
        numbers.map((number) => opened.announcer.announce(toRun(opened, number), toAnnouncement())),
      );
    const statusesOf = async (outcomes: ReturnType<typeof announce>) =>
      (await outcomes).map(({ status }) => status);

    it('has been heard once it resolves', async () => {
      const opened = await open();
      await opened.announcer.announce(toRun(opened, 1), toAnnouncement());
      expect(await opened.heard()).toEqual([toRunId(1)]);
    });

    it('tells of 25 runs at once, of each once', async () => {
      const opened = await open();
      const numbers = Array.from({ length: 25 }, (_, index) => index);
      expect(await statusesOf(announce(opened, ...numbers))).toEqual(numbers.map(() => 'fulfilled'));
      expect([...(await opened.heard())].sort()).toEqual(numbers.map(toRunId));
    });

    it('rejects what was not heard, and is heard when it is told again', async () => {
      const opened = await open();
      opened.breakDown();
      expect(await statusesOf(announce(opened, 1, 2))).toEqual(['rejected', 'rejected']);
      expect(await opened.heard()).toEqual([]);
      opened.mend();
      expect(await statusesOf(announce(opened, 1, 2))).toEqual(['fulfilled', 'fulfilled']);
      expect([...(await opened.heard())].sort()).toEqual([toRunId(1), toRunId(2)]);
    });

    if (answers)
      it('is heard at least once when the answer gets lost', async () => {
        const opened = await open();
        opened.loseAnswer?.();
        await announce(opened, 1);
        await announce(opened, 1);
        expect(new Set(await opened.heard())).toEqual(new Set([toRunId(1)]));
      });

    if (calls)
      it('rejects just what was not heard of several that are told together', async () => {
        const opened = await open();
        opened.miss?.([toRunId(2), toRunId(4)]);
        expect(await statusesOf(announce(opened, 1, 2, 3, 4))).toEqual([
          'fulfilled',
          'rejected',
          'fulfilled',
          'rejected',
        ]);
        expect([...(await opened.heard())].sort()).toEqual([toRunId(1), toRunId(3)]);
      });

    it('tells of a run whose reasons and attempts are larger than any message', async () => {
      const opened = await open();
      const run = toRun(opened, 1);
      const [attempt] = run.attempts;
      const reason = '\u0001\uffffé'.repeat(300);
      const attempts = Array.from({ length: 200 }, (_, index) => ({
        ...attempt,
        number: index + 1,
        failure: { class: 'exit-code', reason },
      })) as unknown as Run['attempts'];
      await opened.announcer.announce(
        { ...run, attempts, eventId: 'e'.repeat(300_000) },
        toAnnouncement({ attempt: 200 }),
      );
      expect(await opened.heard()).toEqual([toRunId(1)]);
    });

    it('says nothing of the environment that the job is given', async () => {
      const opened = await open();
      const run = toRun(opened, 1);
      const work = { ...run.plan.work, environment: { PASSWORD: 's3cr3t' } } as Run['plan']['work'];
      await opened.announcer.announce({ ...run, plan: { ...run.plan, work } }, toAnnouncement());
      expect(await opened.heard()).toEqual([toRunId(1)]);
      expect(await opened.said()).not.toContain('s3cr3t');
    });
  });
}
