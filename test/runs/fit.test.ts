import { describe, expect, it } from 'vitest';
import { fit, type Limits, type Measure } from '../../shared/runs/fit.ts';
import { toOrder } from '../../shared/runs/order.ts';
import { createStory } from '../support/story.ts';

/** A request that says everything twice: the size is not that of the event. */
const doubled =
  (most: number): Measure =>
  (_order, event) => ({ size: 2 * event.length, most });

function fitting(event: string, limits: Limits) {
  const story = createStory();
  story.dueNow();
  return fit(toOrder(story.run(), story.attempt(), event), limits);
}

describe('how an event travels', () => {
  it.each([
    ['one below the limit', 9, 'inline'],
    ['exactly at the limit', 10, 'inline'],
    ['one above the limit', 11, 'claim-check'],
  ] as const)('is decided on the rendered request: %s', (_name, length, tier) => {
    expect(fitting('x'.repeat(length), { inline: doubled(20) })).toBe(tier);
  });

  it('is an environment file when it does not fit inline and the target has such files', () => {
    const limits = { inline: doubled(20), environmentFile: doubled(40) };
    expect(fitting('x'.repeat(10), limits)).toBe('inline');
    expect(fitting('x'.repeat(11), limits)).toBe('environment-file');
    expect(fitting('x'.repeat(20), limits)).toBe('environment-file');
    expect(fitting('x'.repeat(21), limits)).toBe('claim-check');
  });

  it('is a claim check for an event with secrets, however small', () => {
    const payload = { uri: 'file:///secret.json', sha256: '00', sizeBytes: 2 };
    const story = createStory({}, { payload });
    story.dueNow();
    expect(fit(toOrder(story.run(), story.attempt(), '{}'), { inline: doubled(20) })).toBe('claim-check');
  });
});
