import { compileEach, elsewhere, takesAll } from './verdict.ts';

/** What a person starts by the job's name. */
export const compileManualRules = compileEach<'manual'>(({ job }) => (delivery) => {
  const named = delivery.addressed.source === 'manual' ? delivery.addressed.job : undefined;
  if (named === job) return takesAll(delivery, () => 'it names the job');
  return elsewhere(() => `it names the job ${named}`);
});
