import type { Part } from '../../../../shared/deploy/stack/part.ts';
import type {
  CompileSource,
  Rule,
  SourceRule,
} from '../../../../shared/deploy/stack/sources/source-rules.ts';
import { parseJobs } from '../../../../shared/jobs/parse.ts';
import type { JobEvent } from '../../../../shared/jobs/schema/event.ts';

/** Each event is a job's: `a` has the first one. */
type Events<T> = { readonly type: T; readonly properties: readonly object[]; readonly more?: object };

/** What a source's compiler makes of events of its type, in a stack media-prod. */
export function compileEvents<T extends JobEvent['type']>(
  compile: CompileSource<T>,
  { type, properties, more = {} }: Events<T>,
): Part {
  const jobs = properties.map((own, index) => [
    String.fromCharCode(97 + index),
    {
      target: 'state-machine',
      stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:reconcile',
      events: [{ type, properties: own }],
    },
  ]);
  return compileText(
    compile,
    type,
    JSON.stringify({ service: 'media', jobs: Object.fromEntries(jobs), ...more }),
  );
}

/** The same of a whole jobs.yml. */
export function compileText<T extends JobEvent['type']>(
  compile: CompileSource<T>,
  type: T,
  text: string,
): Part {
  const file = parseJobs(text, 'jobs.yml');
  const isOf = (rule: JobEvent): rule is Rule<T> => rule.type === type;
  const rules: readonly SourceRule<T>[] = file.jobs.flatMap((job) =>
    job.events.flatMap((rule) => (isOf(rule) ? [{ job, rule }] : [])),
  );
  return compile(rules, { file, stage: { service: 'media', stage: 'prod' } });
}

/** The properties of a resource. */
export function propertiesOf({ resources }: Part, id: string): unknown {
  return resources[id]?.Properties;
}
