import type { Announcement, Audience } from '../runs/effect.ts';
import type { Run } from '../runs/run.ts';

/** Who hears of runs, by audience; nothing is owed to one that is left out. */
export type Announcers = { readonly [to in Audience]?: Announcer };

/** Tells others what became of a run. What throws is owed still, and tried again. At least once each. */
export interface Announcer {
  announce(run: Run, announcement: Announcement): Promise<void>;
}
