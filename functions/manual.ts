import type { Router } from '../shared/router/router.ts';
import { type Complain, createTrigger } from '../shared/router/trigger.ts';
import { manual } from '../shared/sources/manual.ts';

/** Runs that a person starts. */
export const createHandler = (router: Router, complain: Complain) => createTrigger(manual, router, complain);
