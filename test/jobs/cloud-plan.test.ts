import { describe, expect, it } from 'vitest';
import { toCloudPlan } from '../../shared/jobs/cloud-plan.ts';
import type { Deployment } from '../../shared/jobs/deployment.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';

const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine';

const deployment: Deployment = {
  cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/media',
  network: { subnets: ['subnet-0a'], securityGroups: ['sg-0c'], assignPublicIp: true },
  jobs: {
    fargate: {
      target: 'fargate',
      taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/media-fargate:3',
      logs: { group: '/media/fargate', streamPrefix: 'run' },
    },
    codebuild: { target: 'codebuild', project: 'media-codebuild' },
    batch: {
      target: 'batch',
      stateMachine: `${arn}:media-batch`,
      jobQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/media',
      ownLength: 31,
    },
  },
};

/** The plan of a job of that name. */
function planOf(name: string, properties: string, deployed = deployment) {
  const text = `service: media\njobs:\n  ${name}: { ${properties}, events: [{ type: manual }] }\n`;
  const [job] = parseJobs(text, '/jobs.yml').jobs;
  if (job === undefined) throw new Error('it has no job');
  return toCloudPlan(job, deployed);
}

const container = 'container: { image: thumbnail }, resources: { cpu: 1, memory: 2048 }';

describe('the plan of a run in AWS', () => {
  it('has the revision of the task definition that was deployed, and where its output goes', () => {
    expect(planOf('fargate', `target: fargate, ${container}, useSpotInstances: true, timeout: 900`)).toEqual({
      work: {
        target: 'fargate',
        cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/media',
        taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/media-fargate:3',
        container: 'job',
        network: { subnets: ['subnet-0a'], securityGroups: ['sg-0c'], assignPublicIp: true },
        isSpot: true,
        environmentFiles: [],
        logs: { group: '/media/fargate', streamPrefix: 'run' },
      },
      retry: {
        attempts: 1,
        intervalSeconds: 0,
        multiplier: 1,
        maxIntervalSeconds: 3600,
        jitter: 'none',
        retryOn: ['exit-code', 'timed-out', 'interrupted', 'out-of-memory', 'image-pull', 'lost'],
      },
      timeoutSeconds: 900,
      startTimeoutSeconds: 3600,
      stopTimeoutSeconds: 30,
    });
  });

  it('names the family alone of a definition whose content never changes', () => {
    const taskDefinition = 'media-prod-fargate-3fa9c1d2';
    const jobs = { fargate: { target: 'fargate', taskDefinition } } as const;
    const plan = planOf('fargate', `target: fargate, ${container}`, { ...deployment, jobs });
    expect(plan.work).toMatchObject({ target: 'fargate', taskDefinition, environmentFiles: [] });
  });

  it('has no cluster of the stack where all tasks run in others', () => {
    const { network, jobs } = deployment;
    const definition = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/report:7';
    const cluster = 'arn:aws:ecs:eu-west-1:123456789012:cluster/others';
    const existing = `target: fargate, taskDefinitionArn: '${definition}', containerName: main`;
    const deployed = { ...(network && { network }), jobs };
    expect(planOf('report', `${existing}, clusterArn: '${cluster}'`, deployed).work).toMatchObject({
      target: 'fargate',
      cluster,
    });
    expect(planOf('report', existing, deployed).work.target).toBe('none');
  });

  it('has somebody else’s task definition with what jobs.yml says in place of it', () => {
    const definition = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/report:7';
    const cluster = 'arn:aws:ecs:eu-west-1:123456789012:cluster/others';
    const role = 'arn:aws:iam::123456789012:role/report';
    const { work } = planOf(
      'report',
      `target: fargate, taskDefinitionArn: '${definition}', containerName: main, clusterArn: '${cluster}', ` +
        `taskRoleArn: '${role}', executionRoleArn: '${role}', resources: { cpu: 2, memory: 4096, storage: 50 }`,
    );
    expect(work).toEqual({
      target: 'fargate',
      cluster,
      taskDefinition: definition,
      container: 'main',
      network: { subnets: ['subnet-0a'], securityGroups: ['sg-0c'], assignPublicIp: true },
      isSpot: false,
      overrides: { cpu: 2, memory: 4096, storage: 50, taskRoleArn: role, executionRoleArn: role },
    });
  });

  it('freezes what a build runs, as projects have no revisions', () => {
    const build = 'build: { image: node, computeType: BUILD_GENERAL1_SMALL, commands: [node report.mjs] }';
    expect(planOf('codebuild', `target: codebuild, ${build}`).work).toEqual({
      target: 'codebuild',
      project: 'media-codebuild',
      overrides: {
        image: 'node',
        computeType: 'BUILD_GENERAL1_SMALL',
        buildspec: '{"version":0.2,"phases":{"build":{"commands":["node report.mjs"]}}}',
      },
    });
    expect(planOf('other', 'target: codebuild, projectName: others-project').work).toEqual({
      target: 'codebuild',
      project: 'others-project',
    });
  });

  it('leaves the attempts of a batch job to its state machine, and gives that the time for all of them', () => {
    const retry = 'retryConfig: { attempts: 4, retryIntervalSeconds: 60, retryIntervalMultiplier: 2 }';
    const plan = planOf(
      'batch',
      `target: batch, compute: { type: ec2 }, ${container}, timeout: 600, startTimeout: 100, ${retry}`,
    );
    expect(plan).toMatchObject({
      work: {
        target: 'batch',
        stateMachine: `${arn}:media-batch`,
        tryTimeoutSeconds: 600,
        tryStartTimeoutSeconds: 100,
        ownLength: 31,
        retry: { attempts: 4, intervalSeconds: 60 },
      },
      retry: { attempts: 1 },
      // Four times 700 s, and waits of 60, 120 and 240 s.
      timeoutSeconds: 3220,
    });
  });

  it('waits for the end of a state machine unless jobs.yml says otherwise', () => {
    const machine = `stateMachineArn: '${arn}:reconcile'`;
    expect(planOf('a', `target: state-machine, ${machine}`).work).toEqual({
      target: 'state-machine',
      stateMachine: `${arn}:reconcile`,
      waitsForEnd: true,
    });
    expect(planOf('a', `target: state-machine, ${machine}, waitForEnd: false`).work).toMatchObject({
      waitsForEnd: false,
    });
  });

  it('says what is missing of a job that can not start in AWS', () => {
    expect(planOf('new', `target: fargate, ${container}`).work).toEqual({
      target: 'none',
      reason: 'nothing is deployed for the fargate job new: deploy jobs.yml again',
    });
    expect(planOf('local', 'target: process, local: { command: [node] }').work).toEqual({
      target: 'none',
      reason: 'job local has the target process, which runs on a laptop only',
    });
    const { jobs } = deployment;
    expect(planOf('fargate', `target: fargate, ${container}`, { jobs }).work).toEqual({
      target: 'none',
      reason: 'nothing is deployed for the fargate job fargate: deploy jobs.yml again',
    });
  });
});
