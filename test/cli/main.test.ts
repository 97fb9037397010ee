import { afterAll, expect, it } from 'vitest';
import { createCommandLine } from './signalbox.ts';

const { start, makeProject, close } = createCommandLine();
afterAll(close);

it('a command ends with all that it had to say, whatever else is still under way in its process', async () => {
  const jobs = Object.fromEntries(
    Array.from({ length: 100 }, (_, number) => [`job-${number}`, { target: 'nothing' }]),
  );
  const hanging = '--import=data:text/javascript,setInterval(()=>{},1e6)';
  const words = ['validate', '--json'];
  const { ended } = start(makeProject(jobs), words, { more: { NODE_OPTIONS: hanging } });
  const { code, signal, stdout } = await ended;
  expect([code, signal]).toEqual([2, null]);
  expect(JSON.parse(stdout).problems.length).toBeGreaterThanOrEqual(100);
});
