import { describe, expect, it } from 'vitest';
import { toOrder } from '../../shared/runs/order.ts';
import { none } from '../../shared/targets/none.ts';
import { createStory } from '../support/story.ts';

describe('the target of jobs that cannot start here', () => {
  const story = createStory({ work: { target: 'none', reason: 'job x has no local.command in jobs.yml' } });
  story.dueNow();
  const order = toOrder(story.run(), story.attempt(), '{}');

  it('refuses every start for good, with the reason in the plan', async () => {
    expect(await none.start(order, { tier: 'inline', text: '{}' })).toEqual({
      kind: 'refused',
      cause: { class: 'rejected', reason: 'job x has no local.command in jobs.yml' },
    });
  });

  it('never started anything', async () => {
    expect(await none.stop({ token: order.token, work: order.work })).toEqual({ kind: 'never-started' });
    expect(await none.describe([{ token: order.token, work: order.work }])).toMatchObject([
      { token: order.token, state: 'never-started' },
    ]);
    expect(none.report({ detail: {} })).toBeUndefined();
  });

  it('takes an event of any size inline: it is never sent', async () => {
    const { size, most } = none.limits.inline(order, 'x'.repeat(1_000_000));
    expect(size).toBeLessThanOrEqual(most);
  });
});
