import { expect, it } from 'vitest';
import { atEnd } from '../support/folder.ts';
import { shell, startTestDev } from './dev.ts';

it('a local router holds the runs of a job beyond maxRunsPerHour, says so, and lets them be cancelled', async () => {
  const dev = await startTestDev({ jobs: { echo: shell('echo hello', { maxRunsPerHour: 1 }) } });
  atEnd(() => dev.remove());
  // The hour may turn between two of them.
  const ids = [await dev.invoke('echo'), await dev.invoke('echo'), await dev.invoke('echo')];
  await dev.waitFor(ids[0] ?? '', 'succeeded');
  const held = await dev.waitFor(ids[2] ?? '', 'waiting');
  expect(held.held).toMatchObject({
    maxRunsPerHour: 1,
    reason: expect.stringContaining('1 run of echo may begin in an hour'),
  });
  expect(Date.parse(held.held?.until ?? '') % 3_600_000).toBe(0);
  expect(dev.logged.join()).toContain(`echo ${held.runId}: held until ${held.held?.until}: 1 run of echo`);
  await dev.post(`/_signalbox/runs/${held.runId}/cancel`);
  expect(await dev.waitFor(held.runId, 'cancelled')).toMatchObject({ attempts: [] });
});
