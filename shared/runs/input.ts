import type { Report, StartAnswer, StopAnswer } from '../targets/target.ts';
import type { EpochMs } from './run.ts';

/** What happened to a run. */
export type Input =
  /** Its records are claimed, save those at these positions, which belong to other runs. */
  | { readonly kind: 'accepted'; readonly lostRecords: readonly number[] }
  | { readonly kind: 'start-answered'; readonly token: string; readonly answer: StartAnswer }
  | {
      readonly kind: 'stop-answered';
      readonly key: string;
      readonly token: string;
      readonly answer: StopAnswer;
    }
  | { readonly kind: 'reported'; readonly report: Report }
  /** Something happened to what a start became, and it takes a look to see what. */
  | { readonly kind: 'look-asked'; readonly token: string; readonly externalId: string }
  | { readonly kind: 'due' }
  /**
   * Of a job of which `most` runs may begin in an hour of the clock: a place was taken for it in the hour that begins
   * then; undefined when there was none.
   */
  | { readonly kind: 'placed'; readonly hour: EpochMs | undefined; readonly most: number }
  | { readonly kind: 'cancel-asked' }
  | { readonly kind: 'effect-done'; readonly key: string }
  | { readonly kind: 'effect-failed'; readonly key: string };
