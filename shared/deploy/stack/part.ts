import type { DeployedJob } from '../../jobs/deployment.ts';
import type { JobsFile } from '../../jobs/schema/file.ts';
import type { Statement } from '../cloudformation/statement.ts';
import type { Output, Resource } from '../cloudformation/template.ts';
import type { Value } from '../cloudformation/value.ts';
import type { Stage } from '../names.ts';
import type { FunctionName } from './function-name.ts';

/** What every part of a stack is made of. */
export type StackContext = { readonly file: JobsFile; readonly stage: Stage };

/** A resource, and the line of jobs.yml that it comes from; that of the whole file has none. */
export type Declared = Resource & { readonly line?: number };

/** What a function must be allowed; its role holds nothing else. */
export type Permission = { readonly functions: readonly FunctionName[]; readonly statement: Statement };

/** Some of a stack, by logical id. */
export type Part = {
  readonly resources: Readonly<Record<string, Declared>>;
  readonly outputs?: Readonly<Record<string, Output>>;
  readonly permissions?: readonly Permission[];
};

/**
 * What a job runs on. Who starts it and who follows it is decided by those who put the stack together: `starting` are
 * the calls of a target's `start`, with the looks that guard it; `following` are those of `stop` and `describe`.
 */
export type JobPart = Omit<Part, 'permissions'> & {
  /** What runs of it are started with. Texts may hold `${AWS::Partition}`, `${AWS::Region}`, `${AWS::AccountId}`. */
  readonly deployed?: DeployedJob;
  readonly starting: readonly Statement[];
  readonly following: readonly Statement[];
  /** Its state changes: `detail` of the events of each kind. */
  readonly stateChanges: readonly StateChange[];
};

/** A value of a rule's pattern: all of it, or what it begins with. */
export type Picked = Value | { readonly prefix: Value };

/**
 * Values of a rule's pattern that pick out a job's own; those of all jobs are put together. What the stack itself makes is
 * picked out by what all its names begin with: runs of a job that is not in jobs.yml any more are still heard of.
 */
export type StateChange =
  | { readonly of: 'task'; readonly taskDefinition: { readonly prefix: Value } }
  | { readonly of: 'build'; readonly project: Picked }
  | { readonly of: 'batch-job'; readonly jobQueue: Picked }
  | { readonly of: 'execution'; readonly stateMachine: Picked };
