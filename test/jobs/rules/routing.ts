import type { SourceName } from '../../../shared/events/trigger-event.ts';
import { createRoutingTable } from '../../../shared/jobs/routing-table.ts';
import { everySource } from '../../../shared/jobs/rules/every-source.ts';
import { recognise } from '../../../shared/sources/recognise.ts';
import type { Delivery } from '../../../shared/sources/source.ts';
import { sources } from '../../../shared/sources/sources.ts';
import { invocation } from '../../contract/source.ts';
import { toJobsFile } from '../../router/world.ts';

/** The `properties` of each job's events, which are all of one type. */
export type Rules = { readonly [job: string]: readonly { readonly [property: string]: unknown }[] };

/** What the rules of a jobs.yml make of payloads. */
export function createRouting(type: SourceName, rules: Rules) {
  const declared = Object.entries(rules).map(([job, own]) => [
    job,
    { events: own.map((properties) => ({ type, properties })) },
  ]);
  const { jobs } = toJobsFile(Object.fromEntries(declared));
  const table = createRoutingTable(jobs, everySource);
  return {
    /** In the order of jobs.yml. */
    ruleIds: jobs.flatMap(({ events }) => events.map(({ id }) => id)),

    /** The jobs that it starts, each with the positions of the records that start it. Throws NoRuleError. */
    starts: (payload: unknown, functionArn?: string) =>
      Object.fromEntries(
        table.match(parse(payload, functionArn)).map(({ job, records }) => [job.name, records]),
      ),

    /** For every rule: `<job> takes: <why>`. */
    judged: (payload: unknown, functionArn?: string) =>
      table
        .judge(parse(payload, functionArn))
        .map(({ job, verdict: { kind, why } }) => `${job.name} ${kind}: ${why()}`),
  };
}

/** As the source that is recognised parses it. */
export function parse(payload: unknown, functionArn = invocation.functionArn): Delivery {
  const recognised = recognise(payload);
  if ('refused' in recognised) throw new Error(recognised.refused);
  return sources[recognised.source].parse(payload, { ...invocation, functionArn });
}
