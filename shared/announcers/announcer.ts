import type { Announcement } from '../runs/effect.ts';
import type { Run } from '../runs/run.ts';

/** Tells others what became of a run. What throws is owed still, and tried again. At least once each. */
export interface Announcer {
  announce(run: Run, announcement: Announcement): Promise<void>;
}
