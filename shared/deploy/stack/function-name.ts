import { type SourceName, sourceNames } from '../../events/trigger-event.ts';
import type { JobsFile } from '../../jobs/schema/file.ts';
import { toLogicalId } from '../cloudformation/logical-id.ts';

/** Those that every stack has: `manual` too, which the command line calls. */
const always = ['manual', 'wake', 'sweep', 'state-change'] as const;

/** A file of functions/. */
export type FunctionName = SourceName | (typeof always)[number] | 'runs-api';

/** The functions of a stack: those of the sources that its jobs use, and those that every stack has. */
export function toFunctionNames({ jobs, runsApi }: JobsFile): readonly FunctionName[] {
  const used = new Set(jobs.flatMap((job) => job.events.map(({ type }) => type)));
  return [
    ...sourceNames.filter((source) => source !== 'manual' && used.has(source)),
    ...always,
    ...(runsApi === undefined ? [] : (['runs-api'] as const)),
  ];
}

/** The key of a function in serverless.yml. */
export function toFunctionKey(name: FunctionName): string {
  const id = toLogicalId(name);
  return id.charAt(0).toLowerCase() + id.slice(1);
}

/** The logical id that the Serverless Framework gives a function. */
export function toFunctionId(name: FunctionName): string {
  return `${toLogicalId(name)}LambdaFunction`;
}
