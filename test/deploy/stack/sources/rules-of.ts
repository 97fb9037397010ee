import type { StackContext } from '../../../../shared/deploy/stack/part.ts';
import type { CompileSource, SourceRule } from '../../../../shared/deploy/stack/sources/source-rules.ts';
import { StackError } from '../../../../shared/deploy/stack/stack-error.ts';
import { parseJobs } from '../../../../shared/jobs/parse.ts';
import type { JobEvent } from '../../../../shared/jobs/schema/event.ts';

/** The events of each job, in YAML's flow style. */
export type Jobs = { readonly [job: string]: readonly string[] };

/** A jobs.yml of the service `media`, deployed as `prod`; `settings` are what stands above its jobs. */
export function toContext(jobs: Jobs, settings = '', service = 'media'): StackContext {
  const text = [
    `service: ${service}`,
    settings,
    'jobs:',
    ...Object.entries(jobs).flatMap(([job, events]) => [
      `  ${job}:`,
      '    target: state-machine',
      '    stateMachineArn: arn:aws:states:eu-west-1:123456789012:stateMachine:work',
      '    events:',
      ...events.map((event) => `      - ${event}`),
    ]),
  ].join('\n');
  return { file: parseJobs(text, 'jobs.yml'), stage: { service, stage: 'prod' } };
}

/** What the events of one type are compiled into. */
export function compile<T extends JobEvent['type']>(
  type: T,
  compiler: CompileSource<T>,
  context: StackContext,
) {
  const rules = context.file.jobs.flatMap((job) =>
    job.events.flatMap((rule) => (rule.type === type ? [{ job, rule } as unknown as SourceRule<T>] : [])),
  );
  return compiler(rules, context);
}

/** The properties of the resources of a type, in their order. */
export function propertiesOf(
  { resources }: { readonly resources: StackResources },
  type: string,
): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(resources).flatMap(({ Type, Properties = {} }) => (Type === type ? [Properties] : []));
}

type StackResources = Readonly<
  Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
>;

/** What can't be deployed, each with its line. */
export function problemsOf(compileAll: () => unknown): readonly string[] {
  try {
    compileAll();
    return [];
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return error.problems.map(({ line, message }) => `${line ?? '-'} ${message}`);
  }
}
