import { expect, it } from 'vitest';
import { createCalmAnnouncer } from '../../shared/announcers/calm.ts';
import { toRun } from '../support/draft.ts';

const announcement = { what: 'started', at: 0, attempt: 1 } as const;

function open() {
  let at = 1_000_000;
  const asked: string[] = [];
  const broken = new Set<string>();
  const calm = createCalmAnnouncer(
    {
      async announce({ job }) {
        asked.push(job);
        if (broken.has(job)) throw new Error('down');
      },
    },
    { toDestination: ({ job }) => `queue-of-${job}`, now: () => at },
  );
  const announce = (job: string) => calm.announce(toRun({ job }), announcement);
  return { asked, broken, announce, pass: (seconds: number) => (at += seconds * 1000) };
}

it('asks a destination that failed three times in a row only half a minute later', async () => {
  const { asked, broken, announce, pass } = open();
  broken.add('resize');
  for (let tries = 0; tries < 3; tries++) await expect(announce('resize')).rejects.toThrow('down');
  await expect(announce('resize')).rejects.toThrow('queue-of-resize failed 3 times in a row');
  pass(29);
  await expect(announce('resize')).rejects.toThrow('in a row');
  expect(asked).toHaveLength(3);
  pass(2);
  broken.clear();
  await announce('resize');
  broken.add('resize');
  await expect(announce('resize')).rejects.toThrow('down');
  expect(asked).toHaveLength(5);
});

it('goes on asking the others', async () => {
  const { asked, broken, announce } = open();
  broken.add('resize');
  for (let tries = 0; tries < 4; tries++) await announce('resize').catch(() => {});
  await announce('report');
  expect(asked).toEqual(['resize', 'resize', 'resize', 'report']);
});
