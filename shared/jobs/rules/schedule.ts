import { toJobName } from '../rule-id.ts';
import { type CompileRules, compileEach, elsewhere, takesAll } from './verdict.ts';

/**
 * Ticks of the schedule that is named after the rule. One that jobs.yml had before an edit still sends some while it is
 * deployed, and as Scheduler or a person sends them again: they are for the job's schedule, when the job has just one.
 */
export const compileScheduleRules: CompileRules<'schedule'> = (declared, ruleIds) => {
  const byJob = Map.groupBy(declared, ({ job }) => job);
  return compileEach<'schedule'>(({ job, rule: { id, properties } }) => {
    const count = byJob.get(job)?.length ?? 0;
    return (delivery) => {
      const named = delivery.addressed.source === 'schedule' ? delivery.addressed.rule : undefined;
      if (named === undefined) return elsewhere(() => 'the tick names no rule of jobs.yml');
      if (named === id) return takesAll(delivery, () => `it is the schedule ${properties.scheduleRate}`);
      if (ruleIds.has(named) || toJobName(named) !== job)
        return elsewhere(() => `the tick is for the rule ${named}`);
      if (count > 1)
        return elsewhere(() => `which of its ${count} schedules took the place of ${named} can't be told`);
      const why = () => `the schedule ${properties.scheduleRate} took the place of ${named}`;
      return { ...takesAll(delivery, why), inPlaceOf: named };
    };
  })(declared, ruleIds);
};
