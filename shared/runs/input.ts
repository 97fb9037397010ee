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
  /** As many of its job's runs have begun as may in an hour. */
  | { readonly kind: 'held'; readonly until: EpochMs; readonly most: number }
  | { readonly kind: 'cancel-asked' }
  | { readonly kind: 'effect-done'; readonly key: string }
  | { readonly kind: 'effect-failed'; readonly key: string };
