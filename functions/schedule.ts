import type { Router } from '../shared/router/router.ts';
import { type Complain, createTrigger } from '../shared/router/trigger.ts';
import { schedule } from '../shared/sources/schedule.ts';

/** Ticks of schedules. */
export const createHandler = (router: Router, complain: Complain) =>
  createTrigger(schedule, router, complain);
