import type { Deployment } from '../../jobs/deployment.ts';
import type { JobsFile } from '../../jobs/schema/file.ts';
import type { Job } from '../../jobs/schema/job.ts';
import type { Output, Resource } from '../cloudformation/template.ts';
import { type BundleFiles, toBundleFiles } from '../references.ts';
import { toBase } from './base/base.ts';
import { type FunctionDeclaration, toFunctions } from './functions.ts';
import { toJobPermissions } from './job-permissions.ts';
import { withOwnResources } from './own-resources.ts';
import type { Declared, JobPart, Part, StackContext } from './part.ts';
import { toRoles } from './roles.ts';
import { toRunsApi } from './sources/runs-api.ts';
import { toSources } from './sources/sources.ts';
import { StackError } from './stack-error.ts';
import { toPlace } from './targets/place.ts';
import { toTarget } from './targets/targets.ts';

/** All that jobs.yml is deployed as. */
export type Stack = {
  readonly functions: readonly FunctionDeclaration[];
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, Output>>;
  /** What the functions read when they start. */
  readonly files: BundleFiles;
  /** The line of jobs.yml that a resource comes from, by logical id. */
  readonly lines: Readonly<Record<string, number>>;
  /** The jobs whose resources and outputs they are; what a job shares with others has no owner. */
  readonly owners: Owners;
};

/** Compiles jobs.yml. Throws StackError with what can't be deployed. */
export function toStack({ file, stage }: StackContext): Stack {
  const context = { file: toCloudFile(file), stage };
  const jobs = toJobParts(context);
  const place = toPlace(context);
  const sources = toSources(context);
  const base = toBase(context, jobs);
  const jobParts = jobs.map(({ part }) => part);
  const parts: readonly Part[] = [place, base, ...sources, toRunsApi(context), ...jobParts];
  const files = toBundleFiles(context.file, toDeployment(jobs, place.deployed));
  const functions = toFunctions(context, files, toNamed([place, base, ...jobParts]));
  const permissions = [
    ...parts.flatMap((part) => part.permissions ?? []),
    ...toJobPermissions(context, jobs),
  ];
  const roles = { resources: toRoles(context, permissions) };
  const declared = toDifferent([roles, ...withOwnResources(context, parts)]);
  return {
    functions,
    resources: Object.fromEntries(declared.map(([id, { line: _, ...resource }]) => [id, resource])),
    outputs: toOutputs(parts),
    files,
    owners: toOwners(jobs),
    lines: Object.fromEntries(declared.flatMap(([id, { line }]) => (line === undefined ? [] : [[id, line]]))),
  };
}

/** Names of jobs, by logical ids of resources and by names of outputs. */
export type Owners = { readonly [T in 'resources' | 'outputs']: ReadonlyMap<string, string> };

function toOwners(jobs: readonly JobWithPart[]): Owners {
  const ownersOf = (toIds: (part: JobPart) => object) =>
    new Map(jobs.flatMap(({ job, part }) => Object.keys(toIds(part)).map((id) => [id, job.name])));
  return {
    resources: ownersOf(({ resources }) => resources),
    outputs: ownersOf(({ outputs = {} }) => outputs),
  };
}

/** Of those that a template may have, most are for jobs. `signalbox info` finds what is left out. */
const mostOutputs = 190;

function toOutputs(parts: readonly Pick<Part, 'outputs'>[]): Stack['outputs'] {
  const outputs = parts.flatMap((part) => Object.entries(part.outputs ?? {}));
  return Object.fromEntries(outputs.slice(0, mostOutputs));
}

/** What functions know by name only, so that CloudFormation doesn't see that they need it: a run would be refused. */
const named = new Set([
  'AWS::Batch::JobQueue',
  'AWS::CodeBuild::Project',
  'AWS::DynamoDB::Table',
  'AWS::EC2::Route',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::ECS::Cluster',
  'AWS::ECS::TaskDefinition',
  'AWS::SQS::Queue',
  'AWS::StepFunctions::StateMachine',
]);

function toNamed(parts: readonly Pick<Part, 'resources'>[]): readonly string[] {
  return parts.flatMap(({ resources }) =>
    Object.entries(resources).flatMap(([id, { Type }]) => (named.has(Type) ? [id] : [])),
  );
}

export type JobWithPart = { readonly job: Job; readonly part: JobPart };

/** A job that only runs on a laptop has no event in AWS; starting it there by hand says so. */
function toCloudFile(file: JobsFile): JobsFile {
  const jobs = file.jobs.map((job) =>
    job.target === 'process' ? { ...job, events: job.events.filter(({ type }) => type === 'manual') } : job,
  );
  return { ...file, jobs };
}

/** Those that run in AWS. */
function toJobParts(context: StackContext): readonly JobWithPart[] {
  return context.file.jobs
    .filter(({ target }) => target !== 'process')
    .map((job) => ({ job, part: toTarget(job, context) }));
}

function toDeployment(
  jobs: readonly JobWithPart[],
  place: Pick<Deployment, 'cluster' | 'network'>,
): Deployment {
  return {
    ...place,
    jobs: Object.fromEntries(
      jobs.flatMap(({ job, part: { deployed } }) => (deployed === undefined ? [] : [[job.name, deployed]])),
    ),
  };
}

/** Two resources can't have one id: names that only differ in "-" give the same. */
function toDifferent(parts: readonly Pick<Part, 'resources'>[]): readonly (readonly [string, Declared])[] {
  const declared = new Map<string, Declared>();
  const problems = [];
  for (const [id, resource] of parts.flatMap(({ resources }) => Object.entries(resources))) {
    const other = declared.get(id);
    if (other === undefined) declared.set(id, resource);
    else {
      problems.push({
        ...(resource.line !== undefined && { line: resource.line }),
        message: `CloudFormation would know it as ${id}, which ${toWhere(other)} has already; expected a name that differs in more than "-"`,
      });
    }
  }
  if (problems.length > 0) throw new StackError(problems);
  return [...declared];
}

function toWhere({ line }: Declared): string {
  return line === undefined ? 'the stack itself' : `line ${line}`;
}
