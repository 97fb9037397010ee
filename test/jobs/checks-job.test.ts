import { describe, expect, it } from 'vitest';
import { problemsOfJob } from './problems-of.ts';

const events = 'events: [{ type: manual }]';
const fargate = `target: fargate\ncontainer: { image: i }\nresources: { cpu: 1, memory: 2048 }\n${events}\n`;
const codebuild = `target: codebuild\nprojectName: nightly\n${events}\n`;
const batch = `target: batch\ncontainer: { image: i }\ncompute: { type: ec2 }\nresources: { cpu: 1, memory: 2048 }\n${events}\n`;
const stateMachine = `target: state-machine\nstateMachineArn: arn:aws:states:eu-west-1:123456789012:stateMachine:m\n${events}\n`;
const process = `target: process\nlocal: { command: [x] }\n${events}\n`;

const queue = 'arn:aws:batch:eu-west-1:123456789012:job-queue/q';
const definition = 'arn:aws:batch:eu-west-1:123456789012:job-definition/d:1';

describe('the smallest job of each target', () => {
  it.each([
    ['fargate', fargate],
    ['codebuild', codebuild],
    ['batch', batch],
    ['state-machine', stateMachine],
    ['process', process],
  ])('%s has no problems', (_target, job) => {
    expect(problemsOfJob(job)).toEqual([]);
  });
});

describe('what each target needs', () => {
  it('is a container or a task definition on fargate', () => {
    expect(problemsOfJob(`target: fargate\n${events}`)).toEqual([
      'found none of container, taskDefinitionArn, expected exactly one',
    ]);
    expect(problemsOfJob(`target: fargate\ncontainer: { image: i }\n${events}`)).toEqual([
      'container: found without "resources", expected both',
    ]);
  });

  it('is the container of the task definition, which settles the rest', () => {
    const existing = `target: fargate\ntaskDefinitionArn: arn:aws:ecs:eu-west-1:123456789012:task-definition/t\n${events}\n`;

    expect(problemsOfJob(existing)).toEqual([
      'taskDefinitionArn: found without "containerName", expected both',
    ]);
    expect(
      problemsOfJob(
        `${existing}containerName: c\nstopTimeout: 60\nresources: { cpu: 1, memory: 2048, architecture: arm64 }`,
      ),
    ).toEqual([
      'stopTimeout: found beside taskDefinitionArn, which leaves no place for it',
      'resources.architecture: found beside taskDefinitionArn, which has an architecture already; expected cpu, memory and storage only',
    ]);
    const role = 'arn:aws:iam::123456789012:role/report';
    expect(
      problemsOfJob(
        `${existing}containerName: c\nresources: { cpu: 1, memory: 2048 }\ntaskRoleArn: ${role}\nexecutionRoleArn: ${role}`,
      ),
    ).toEqual([]);
    expect(problemsOfJob(`${fargate}taskRoleArn: ${role}`)).toEqual([
      'taskRoleArn: found without "taskDefinitionArn", expected both',
    ]);
    expect(
      problemsOfJob(
        `${existing}containerName: c\ncontainer: { image: i }\nresources: { cpu: 1, memory: 2048 }`,
      ),
    ).toContain(
      'taskDefinitionArn: found beside "container", expected only one of container, taskDefinitionArn',
    );
    expect(problemsOfJob(`${fargate}clusterArn: arn:aws:ecs:eu-west-1:123456789012:cluster/c`)).toEqual([
      'clusterArn: found without "taskDefinitionArn", expected both',
    ]);
  });

  it('is a build or a project on codebuild', () => {
    expect(problemsOfJob(`target: codebuild\n${events}`)).toEqual([
      'found none of build, projectName, expected exactly one',
    ]);
    expect(
      problemsOfJob(`${codebuild}build: { image: i, computeType: BUILD_GENERAL1_SMALL, commands: [make] }`),
    ).toEqual(['projectName: found beside "build", expected only one of build, projectName']);
    expect(problemsOfJob(`${codebuild}logging: { retentionDays: 7 }`)).toEqual([
      'logging: found beside projectName, which leaves no place for it',
    ]);
  });

  it('is a compute type with a container, or an existing queue and definition, on batch', () => {
    expect(problemsOfJob(`target: batch\n${events}`)).toEqual([
      '"compute" is missing, expected on a batch job',
    ]);
    expect(problemsOfJob(`target: batch\ncompute: {}\n${events}`)).toEqual([
      'compute: found none of type, existing, expected exactly one',
    ]);
    expect(problemsOfJob(`target: batch\ncompute: { type: fargate }\n${events}`)).toEqual([
      '"container" is missing, expected on a batch job',
      '"resources" is missing, expected on a batch job',
    ]);
    const existing = `compute: { existing: { jobQueueArn: '${queue}', jobDefinitionArn: '${definition}' } }`;
    expect(problemsOfJob(`target: batch\n${existing}\n${events}`)).toEqual([]);
    expect(problemsOfJob(`target: batch\n${existing}\nuseSpotInstances: true\n${events}`)).toEqual([
      'useSpotInstances: found beside compute.existing, which leaves no place for it',
    ]);
  });

  it('is a state machine, or a command on this machine', () => {
    expect(problemsOfJob(`target: state-machine\n${events}`)).toEqual([
      '"stateMachineArn" is missing, expected on a state-machine job',
    ]);
    expect(problemsOfJob(`target: process\n${events}`)).toEqual([
      '"local" is missing, expected on a process job',
    ]);
    expect(problemsOfJob(`${stateMachine}local: { command: [x] }`)).toEqual([]);
  });

  it('is nothing to wait for when the end of an execution is not waited for', () => {
    expect(
      problemsOfJob(`${stateMachine}waitForEnd: false\ntimeout: 60\nretryConfig: { attempts: 2 }`),
    ).toEqual([
      'timeout: found beside waitForEnd: false, which leaves no place for it',
      'retryConfig: found beside waitForEnd: false, which leaves no place for it',
    ]);
  });
});

describe('properties of other targets', () => {
  it.each([
    [
      stateMachine,
      'container: { image: i }',
      'container: found on a state-machine job, expected on fargate or batch only',
    ],
    [batch, 'sidecars: [{ name: s, image: i }]', 'sidecars: found on a batch job, expected on fargate only'],
    [
      process,
      'useSpotInstances: true',
      'useSpotInstances: found on a process job, expected on fargate or batch only',
    ],
    [
      codebuild,
      'useSpotInstances: true',
      'useSpotInstances: found on a codebuild job, expected on fargate or batch only',
    ],
    [fargate, 'projectName: nightly', 'projectName: found on a fargate job, expected on codebuild only'],
    [fargate, 'waitForEnd: true', 'waitForEnd: found on a fargate job, expected on state-machine only'],
    [fargate, 'compute: { type: ec2 }', 'compute: found on a fargate job, expected on batch only'],
    [process, 'logging: {}', 'logging: found on a process job, expected on fargate, codebuild or batch only'],
  ])('are refused: %#', (job, property, message) => {
    expect(problemsOfJob(job + property)).toEqual([message]);
  });
});

describe('resources', () => {
  const sized = (cpu: number, memory: number) =>
    problemsOfJob(fargate.replace('cpu: 1, memory: 2048', `cpu: ${cpu}, memory: ${memory}`));

  it.each([
    [0.25, 512],
    [0.5, 4096],
    [1, 8192],
    [2, 16384],
    [4, 30720],
    [8, 61440],
    [16, 122880],
  ])('can be %d vCPU and %d MiB on Fargate', (cpu, memory) => {
    expect(sized(cpu, memory)).toEqual([]);
  });

  it('are a cpu and one of its memories on Fargate', () => {
    expect(sized(3, 8192)).toEqual([
      'resources.cpu: found 3, expected 0.25, 0.5, 1, 2, 4, 8 or 16 vCPU on Fargate',
    ]);
    expect(sized(0.25, 4096)).toEqual([
      'resources.memory: found 4096, expected 512, 1024 or 2048 MiB on Fargate with cpu 0.25',
    ]);
    expect(sized(4, 31744)).toEqual([
      'resources.memory: found 31744, expected 8192 to 30720 in steps of 1024 MiB on Fargate with cpu 4',
    ]);
    expect(sized(8, 17408)).toEqual([
      'resources.memory: found 17408, expected 16384 to 61440 in steps of 4096 MiB on Fargate with cpu 8',
    ]);
  });

  it('follow Fargate on batch with compute type fargate, and are free on ec2', () => {
    const odd = batch.replace('cpu: 1, memory: 2048', 'cpu: 3, memory: 5000');

    expect(problemsOfJob(odd)).toEqual([]);
    expect(problemsOfJob(odd.replace('type: ec2', 'type: fargate'))).toEqual([
      'resources.cpu: found 3, expected 0.25, 0.5, 1, 2, 4, 8 or 16 vCPU on Fargate',
    ]);
    expect(problemsOfJob(batch.replace('cpu: 1,', 'cpu: 1.5,'))).toEqual([
      'resources.cpu: found 1.5, expected a whole number from 1 on batch with compute type ec2',
    ]);
  });

  it('have GPUs on batch with ec2 only, and storage on Fargate only', () => {
    expect(problemsOfJob(batch.replace('memory: 2048', 'memory: 2048, gpu: 1'))).toEqual([]);
    expect(problemsOfJob(fargate.replace('memory: 2048', 'memory: 2048, gpu: 1'))).toEqual([
      'resources.gpu: found on Fargate, expected on batch with compute type ec2 only',
    ]);
    expect(problemsOfJob(fargate.replace('memory: 2048', 'memory: 2048, storage: 200'))).toEqual([]);
    expect(problemsOfJob(fargate.replace('memory: 2048', 'memory: 2048, storage: 201'))).toEqual([
      'resources.storage: found 201, expected a whole number of GiB from 20 to 200',
    ]);
    expect(problemsOfJob(batch.replace('memory: 2048', 'memory: 2048, storage: 30'))).toEqual([
      'resources.storage: found on batch with compute type ec2, expected on Fargate only',
    ]);
  });

  it('are checked even when other properties of the job are wrong', () => {
    expect(problemsOfJob(`${fargate.replace('memory: 2048', 'memory: 1')}timeout: soon`)).toEqual([
      'resources.memory: found 1, expected a whole number of MiB from 4 to 24000000',
      'resources.memory: found 1, expected 2048, 3072, 4096, 5120, 6144, 7168 or 8192 MiB on Fargate with cpu 1',
      'timeout: found "soon", expected a whole number of seconds from 1 to 31536000',
    ]);
  });
});

describe('times', () => {
  it.each([
    [fargate, 'timeout: 1209600', []],
    [fargate, 'timeout: 1209601', ['timeout: found 1209601, expected 1 to 1209600 seconds on fargate']],
    [codebuild, 'timeout: 129600', []],
    [codebuild, 'timeout: 240', ['timeout: found 240, expected 300 to 129600 seconds on codebuild']],
    [codebuild, 'timeout: 129660', ['timeout: found 129660, expected 300 to 129600 seconds on codebuild']],
    [codebuild, 'timeout: 330', ['timeout: found 330, expected whole minutes on codebuild, such as 360']],
    [batch, 'timeout: 1209660', []],
    [batch, 'timeout: 59', ['timeout: found 59, expected 60 to 31536000 seconds on batch']],
    [
      codebuild,
      'startTimeout: 28801',
      ['startTimeout: found 28801, expected 1 to 28800 seconds on codebuild'],
    ],
    [fargate, 'stopTimeout: 120', []],
    [fargate, 'stopTimeout: 121', ['stopTimeout: found 121, expected 1 to 120 seconds on fargate']],
    [batch, 'stopTimeout: 30', []],
    [batch, 'stopTimeout: 31', ['stopTimeout: found 31, expected 30 or none: Batch always waits 30 seconds']],
    [process, 'stopTimeout: 300', []],
    [
      codebuild,
      'stopTimeout: 30',
      ['stopTimeout: found on a codebuild job, which is stopped without a wait; expected none'],
    ],
    [
      stateMachine,
      'stopTimeout: 30',
      ['stopTimeout: found on a state-machine job, which is stopped without a wait; expected none'],
    ],
  ])('are those that the target can honour: %#', (job, property, problems) => {
    expect(problemsOfJob(job + property)).toEqual(problems);
  });

  it('of batch on Fargate end with two weeks', () => {
    expect(problemsOfJob(`${batch.replace('type: ec2', 'type: fargate')}timeout: 1209660`)).toEqual([
      'timeout: found 1209660, expected 60 to 1209600 seconds on batch with compute type fargate',
    ]);
  });
});

describe('retries', () => {
  it('go by exit codes only where there are exit codes', () => {
    const retry = 'retryConfig: { attempts: 100, retryOn: [interrupted, { exitCodes: [75] }] }';

    expect(problemsOfJob(fargate + retry)).toEqual([]);
    expect(problemsOfJob(codebuild + retry)).toEqual([
      'retryConfig.retryOn[1].exitCodes: found on a codebuild job, which reports no exit codes; expected the class exit-code',
    ]);
    expect(problemsOfJob(stateMachine + retry)).toEqual([
      'retryConfig.retryOn[1].exitCodes: found on a state-machine job, which reports no exit codes; expected the class exit-code',
    ]);
  });

  it('do not start with a wait that the longest wait would cut', () => {
    expect(problemsOfJob(`${process}retryConfig: { attempts: 101, retryIntervalSeconds: 7200 }`)).toEqual([
      'retryConfig.attempts: found 101, expected a whole number from 1 to 100',
      'retryConfig.retryIntervalSeconds: found 7200, expected at most maxIntervalSeconds, which is 3600',
    ]);
  });
});

describe('variables', () => {
  const variables = (...names: string[]) =>
    `environment: [${names.map((name) => `{ name: ${name}, value: 1 }`).join()}]`;
  const inContainer = (text: string) => problemsOfJob(fargate.replace('image: i', `image: i, ${text}`));

  it('have names that a shell can read, and none of those that Signalbox sets', () => {
    expect(inContainer(variables('A1', '_b', 'AWS_REGION'))).toEqual([]);
    expect(inContainer(variables('1A', 'a-b', 'STP_RUN_ID', 'TRACEPARENT', 'TRACESTATE'))).toEqual([
      expect.stringMatching(
        /^container\.environment\[0\]\.name: found "1A", expected a name of letters, digits and "_"/,
      ),
      expect.stringMatching(/^container\.environment\[1\]\.name: found "a-b"/),
      expect.stringMatching(/^container\.environment\[2\]\.name: found "STP_RUN_ID"/),
      expect.stringMatching(/^container\.environment\[3\]\.name: found "TRACEPARENT"/),
      expect.stringMatching(/^container\.environment\[4\]\.name: found "TRACESTATE"/),
    ]);
    expect(problemsOfJob(process.replace('[x]', '[x], environment: { STP_X: 1 }'))).toEqual([
      expect.stringMatching(/^local\.environment\.STP_X: found the name "STP_X", expected a name of letters/),
    ]);
  });

  it('have no names that the platform keeps for itself', () => {
    const build = `target: codebuild\nbuild: { image: i, computeType: BUILD_GENERAL1_SMALL, commands: [make], ${variables('CODEBUILD_X')} }\n${events}`;

    expect(inContainer(variables('CODEBUILD_X', 'AWS_BATCH_X'))).toEqual([]);
    expect(inContainer(variables('AWS_CONTAINER_X'))).toEqual([
      'container.environment[0].name: found "AWS_CONTAINER_X", but fargate keeps names starting with AWS_CONTAINER_ for itself',
    ]);
    expect(problemsOfJob(batch.replace('image: i', `image: i, ${variables('AWS_BATCH_X')}`))).toEqual([
      'container.environment[0].name: found "AWS_BATCH_X", but batch keeps names starting with AWS_BATCH for itself',
    ]);
    expect(problemsOfJob(build)).toEqual([
      'build.environment[0].name: found "CODEBUILD_X", but codebuild keeps names starting with CODEBUILD for itself',
    ]);
  });

  it('are set once, by value or by secret', () => {
    const secrets = 'secrets: [{ name: A, valueFrom: arn:aws:ssm:eu-west-1:123456789012:parameter/a }]';

    expect(inContainer(`${variables('A', 'B', 'B')}, ${secrets}`)).toEqual([
      'container.environment[2].name: found "B" a second time, expected every name once',
      'container.secrets[0].name: found "A" a second time, expected every name once',
    ]);
  });
});

describe('other parts of a job', () => {
  it('sidecars have names of their own', () => {
    const sidecars = 'sidecars: [{ name: s, image: i }, { name: s, image: i }, { name: job, image: i }]';

    expect(problemsOfJob(fargate + sidecars)).toEqual([
      'sidecars[1].name: found "s" a second time, expected every name once',
      'sidecars[2].name: found "job", which is the name of the main container; expected another',
    ]);
  });

  it('policy statements have actions and resources', () => {
    expect(
      problemsOfJob(`${fargate}iamRoleStatements: [{ Effect: Allow, Action: a, NotAction: b }]`),
    ).toEqual([
      'iamRoleStatements[0]: found none of Resource, NotResource, expected exactly one',
      'iamRoleStatements[0].NotAction: found beside "Action", expected only one of Action, NotAction',
    ]);
  });

  it('a failure destination has the ARN of its type', () => {
    expect(
      problemsOfJob(`${process}onFailure: { type: event-bus, arn: arn:aws:sqs:eu-west-1:123456789012:q }`),
    ).toEqual([
      'onFailure.arn: found "arn:aws:sqs:eu-west-1:123456789012:q", expected the ARN of an event bus, such as arn:aws:events:eu-west-1:123456789012:event-bus/research',
    ]);
    expect(
      problemsOfJob(`${process}onFailure: { type: sns, arn: arn:aws:sns:eu-west-1:123456789012:t }`),
    ).toEqual([]);
  });
});
