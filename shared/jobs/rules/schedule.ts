import { compileEach, elsewhere, takesAll } from './verdict.ts';

/** Ticks of the schedule that is named after the rule. */
export const compileScheduleRules = compileEach<'schedule'>(({ rule: { id, properties } }) => (delivery) => {
  const named = delivery.addressed.source === 'schedule' ? delivery.addressed.rule : undefined;
  if (named === id) return takesAll(delivery, () => `it is the schedule ${properties.scheduleRate}`);
  return elsewhere(() =>
    named === undefined ? 'the tick names no rule of jobs.yml' : `the tick is for the rule ${named}`,
  );
});
