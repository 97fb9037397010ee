import { type Statement, toPolicyStatements } from '../../../../shared/deploy/cloudformation/statement.ts';
import type { StackContext } from '../../../../shared/deploy/stack/part.ts';
import { toFargateJob } from '../../../../shared/deploy/stack/targets/fargate.ts';
import { toPlace } from '../../../../shared/deploy/stack/targets/place.ts';
import { parseJobs } from '../../../../shared/jobs/parse.ts';
import type { ResolvedStatement } from '../../iam/policy.ts';
import { createResolve } from '../../template/resolve.ts';

/** Jobs of the service `media`, deployed as `prod`, in YAML's flow style without their events. */
export function toContext(jobs: Readonly<Record<string, string>>, settings = ''): StackContext {
  const text = [
    'service: media',
    settings,
    'jobs:',
    ...Object.entries(jobs).map(([name, job]) => `  ${name}: { ${job}, events: [{ type: manual }] }`),
  ].join('\n');
  return { file: parseJobs(text, 'jobs.yml'), stage: { service: 'media', stage: 'prod' } };
}

export const container = 'container: { image: node }, resources: { cpu: 0.25, memory: 512 }';

/** The parts of a stack's Fargate jobs and of their place, with every function of CloudFormation's resolved. */
export function compile(jobs: Readonly<Record<string, string>>, settings = '') {
  const context = toContext(jobs, settings);
  const place = toPlace(context);
  const parts = context.file.jobs
    .filter(({ target }) => target === 'fargate')
    .map((job) => toFargateJob(job, context));
  const [part] = parts;
  if (part === undefined) throw new Error('it has no job on Fargate');
  const resources = {
    Payloads: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'payloads' } },
    ...context.file.resources,
    ...place.resources,
    ...Object.assign({}, ...parts.map((each) => each.resources)),
  };
  const resolve = createResolve(resources);
  return {
    place,
    part,
    parts,
    resources,
    resolve,
    /** Of a policy that has them. */
    statementsOf: (statements: readonly Statement[]) =>
      resolve.value(toPolicyStatements(statements)) as readonly ResolvedStatement[],
    /** Those of a role's own policy. */
    allowedTo(role: string): readonly ResolvedStatement[] {
      const { Policies } = resolve.properties(role) as {
        Policies: [{ PolicyDocument: { Statement: readonly ResolvedStatement[] } }];
      };
      return Policies[0].PolicyDocument.Statement;
    },
  };
}
