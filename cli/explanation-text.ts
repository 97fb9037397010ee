import { toSafe } from '../shared/local/terminal-text.ts';
import type { Explained, Explanation } from '../shared/router/explain.ts';

/** An explanation for a person, with nothing in it that a terminal would act on. */
export function toExplanationText(file: string, explanation: Explanation, hasJobs: boolean): string {
  if ('refused' in explanation) return toSafe(`${file}: refused: ${explanation.refused}`);
  return [
    `${file}: ${explanation.source}, ${count(explanation.records.length, 'record')}`,
    ...explanation.unreadable.map(
      ({ recordId, error }) => `  record ${recordId} can't be read and would be a failed run: ${error}`,
    ),
    ...(hasJobs ? toRuleLines(explanation) : ['  no jobs.yml, so no rules']),
    ...toEventLines(explanation),
  ]
    .map(toSafe)
    .join('\n');
}

function toRuleLines({ rules, source }: Explained): string[] {
  const isOther = (why: string) => why.startsWith('it takes ');
  const others = rules.filter(({ why }) => isOther(why)).length;
  const own = rules.filter(({ why }) => !isOther(why));
  return [
    ...own.map(({ job, rule, matched, why }) => `  ${matched ? 'starts' : 'not'} ${job} (${rule}): ${why}`),
    ...(own.length === 0 ? [`  no rule takes ${source} events`] : []),
    ...(others > 0 && own.length > 0 ? [`  ${count(others, 'rule')} of other sources`] : []),
  ];
}

/** What jobs would get; without jobs, what a job would. */
function toEventLines({ starts, records }: Explained): string[] {
  if (starts.length === 0) return records.flatMap((record) => indented(JSON.stringify(record)));
  return starts.flatMap(({ job, runId, event }) => [
    `  run ${runId} of ${job} would get:`,
    ...indented(event),
  ]);
}

function indented(json: string): string[] {
  return JSON.stringify(JSON.parse(json), null, 2)
    .split('\n')
    .map((line) => `    ${line}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
