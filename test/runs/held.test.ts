import { describe, expect, it } from 'vitest';
import { toHeldView, toNoPlaceCause } from '../../shared/runs/held.ts';
import { toRunView } from '../../shared/runs/view.ts';
import { start, toRun } from '../support/draft.ts';

const held = { until: start + 3_600_000, most: 2 };
const reason =
  'held until 2026-11-20T11:00:00.000Z: 2 runs of word-index may begin in an hour (maxRunsPerHour), and the hours before are full';

describe('a run that is held', () => {
  it('says until when, and why', () => {
    expect(toHeldView(toRun({ held }))).toEqual({
      until: '2026-11-20T11:00:00.000Z',
      maxRunsPerHour: 2,
      reason,
    });
  });

  it('counts one run as one', () => {
    expect(toHeldView(toRun({ held: { ...held, most: 1 } }))?.reason).toContain(
      ': 1 run of word-index may begin in an hour',
    );
  });

  it('shows it in its view, which another has not', () => {
    expect(toRunView(toRun({ status: 'waiting', held })).held?.reason).toBe(reason);
    expect(toRunView(toRun())).not.toHaveProperty('held');
  });
});

describe('a run that has no place', () => {
  it('says what its job may, how many are in line, and what to do', () => {
    expect(toNoPlaceCause(toRun(), 60)).toEqual({
      class: 'throttled',
      reason:
        '60 runs of word-index may begin in an hour (maxRunsPerHour), and all 10080 places of the next 7 days are taken: replay it later',
    });
  });
});
