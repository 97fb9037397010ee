import { describe, expect, it } from 'vitest';
import { toCloudPlan } from '../../shared/jobs/cloud-plan.ts';
import type { DeployedJob, Deployment } from '../../shared/jobs/deployment.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { toRunnableFile } from '../../shared/jobs/runnable.ts';
import type { TargetName } from '../../shared/jobs/schema/targets.ts';
import { events, targets } from '../deploy/matrix.ts';

/** A job on each target that AWS has, with every property; the first has every event. */
const file = parseJobs(
  JSON.stringify({
    service: 'shop',
    runsApi: { httpApiName: 'shop', authorizer: { type: 'iam' } },
    jobs: Object.fromEntries(
      Object.values(targets).map((target, number) => [
        `job-${number}`,
        {
          ...target,
          local: { command: ['node', 'job.mjs'], environment: { API_KEY: 'of-a-laptop' } },
          events:
            number === 0
              ? Object.entries(events).flatMap(([type, all]) =>
                  all.map((properties) => ({ type, ...(type !== 'manual' && { properties }) })),
                )
              : [{ type: 'manual' }],
        },
      ]),
    ),
    resources: { Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'of-the-stack' } } },
  }),
  '/home/somebody/shop/jobs.yml',
);

const runnable = toRunnableFile(file);

const deployment: Deployment = {
  cluster: 'shop-prod',
  network: { subnets: ['subnet-0a'], securityGroups: ['sg-0a'], assignPublicIp: true },
  jobs: Object.fromEntries(
    file.jobs.flatMap(({ name, target }) => {
      const deployed = toDeployed(target);
      return deployed === undefined ? [] : [[name, deployed] as const];
    }),
  ),
};

function toDeployed(target: TargetName): DeployedJob | undefined {
  if (target === 'fargate') return { target, taskDefinition: 'shop-prod-job-0a1b2c3d' };
  if (target === 'codebuild') return { target, project: 'shop-prod-job' };
  return target === 'batch'
    ? { target, stateMachine: 'shop-prod-job', jobQueue: 'shop-prod-ec2' }
    : undefined;
}

describe('what the functions read of jobs.yml', () => {
  it('plans the same runs', () => {
    const started = new Set(file.jobs.map((job) => toCloudPlan(job, deployment).work.target));
    // A process runs on laptops only.
    expect(started).toEqual(new Set(['fargate', 'codebuild', 'batch', 'state-machine', 'none']));
    expect(runnable.jobs.map((job) => toCloudPlan(job, deployment))).toEqual(
      file.jobs.map((job) => toCloudPlan(job, deployment)),
    );
  });

  it('has the same events, but for their lines', () => {
    expect(runnable.jobs.map((job) => job.events)).toEqual(
      file.jobs.map((job) => job.events.map(({ line: _, ...event }) => event)),
    );
  });

  it('says how jobs take their events and how long runs are kept', () => {
    expect(runnable).toMatchObject({ service: 'shop', historyDays: 90, runsApi: { httpApiName: 'shop' } });
    for (const [index, { redact, forwardCredentials, eventFormat }] of file.jobs.entries())
      expect(runnable.jobs[index]).toMatchObject({ redact, forwardCredentials, eventFormat });
  });

  it('has nothing of laptops, variables, secrets, roles and resources, nor where it is written', () => {
    expect(Object.keys(runnable).toSorted()).toEqual(['file', 'historyDays', 'jobs', 'runsApi', 'service']);
    const properties = new Set(runnable.jobs.flatMap((job) => Object.keys(job)));
    for (const name of ['local', 'container', 'sidecars', 'iamRoleStatements', 'line'])
      expect(properties).not.toContain(name);
    expect(runnable.jobs.flatMap(({ build }) => Object.keys(build ?? {})).toSorted()).toEqual([
      'commands',
      'computeType',
      'image',
    ]);
    expect(JSON.stringify(file)).toMatch(/of-a-laptop.*PAGE_WIDTH|PAGE_WIDTH.*of-a-laptop/);
    for (const text of [
      'of-a-laptop',
      'of-the-stack',
      'somebody',
      'PAGE_WIDTH',
      'secretsmanager',
      'valueFrom',
    ])
      expect(JSON.stringify(runnable)).not.toContain(text);
  });
});
