import { describe, expect, it } from 'vitest';
import { problemsOf, problemsOfEvent, problemsOfJob } from './problems-of.ts';

const process = 'target: process\nlocal: { command: [x] }\nevents: [{ type: manual }]\n';

describe('mistakes in jobs.yml', () => {
  it('are all reported at once, each where it is', () => {
    expect(
      problemsOf(
        [
          'servce: shop',
          'network: { subnets: subnet-1 }',
          'jobs:',
          '  Load:',
          '    target: fargat',
          '    timeout: soon',
          '    events:',
          '      - type: sqs',
          '        properties: { batchSize: 0 }',
          '      - type: manual',
          '        propertys: {}',
          '  count:',
          '    target: process',
          '    stopTimeout: 0',
          '    events:',
        ].join('\n'),
      ),
    ).toEqual([
      '1:1 "service" is missing, expected a name of 2 to 20 lower-case letters, digits and "-" that starts with a letter',
      '1:1 servce: unknown property, did you mean "service"?',
      '2:21 network.subnets: found "subnet-1", expected a list of subnets with 1 to 16 entries',
      '4:3 jobs.Load: found "Load", expected a name of 1 to 40 lower-case letters, digits and "-", with a letter or digit at each end',
      '5:13 jobs.Load.target: found "fargat", expected one of fargate, codebuild, batch, state-machine, process, did you mean "fargate"?',
      '6:14 jobs.Load.timeout: found "soon", expected a whole number of seconds from 1 to 31536000',
      '9:9 jobs.Load.events[0].properties: found none of sqsQueueArn, sqsQueueName, expected exactly one',
      '9:34 jobs.Load.events[0].properties.batchSize: found 0, expected a whole number from 1 to 10000',
      '11:9 jobs.Load.events[1].propertys: unknown property, did you mean "properties"?',
      '12:3 jobs.count: "local" is missing, expected on a process job',
      '14:18 jobs.count.stopTimeout: found 0, expected a whole number of seconds from 1 to 3600',
      '15:5 jobs.count.events: found nothing, expected a list of events with at least one entry',
    ]);
  });

  it('suggest the nearest name, or list those that can be there', () => {
    expect(problemsOfJob(`${process}Retryconfig: {}`)).toEqual([
      'Retryconfig: unknown property, did you mean "retryConfig"?',
    ]);
    expect(problemsOfJob(`${process}logging: { days: 3 }`)).toEqual([
      'logging: found on a process job, expected on fargate, codebuild or batch only',
      'logging.days: unknown property, expected one of retentionDays',
    ]);
    expect(problemsOfEvent('manual', '{ input: 1 }')).toEqual([
      'input: unknown property, expected none here',
    ]);
    expect(
      problemsOfJob('target: process\nlocal: { command: [x] }\nevents: [{ type: cloudwatch-logs }]'),
    ).toEqual([
      expect.stringMatching(
        /^events\[0\]\.type: found "cloudwatch-logs", expected one of .*, did you mean "cloudwatch-log"\?$/,
      ),
    ]);
  });

  it('report what is missing at the name of what lacks it', () => {
    expect(
      problemsOf('service: shop\njobs:\n  a:\n    target: process\n    local:\n      workingDirectory: .\n'),
    ).toEqual([
      '3:3 jobs.a: "events" is missing, expected a list of events with at least one entry',
      '5:5 jobs.a.local: "command" is missing, expected a list of texts with at least one entry',
    ]);
    expect(problemsOf('service: shop\njobs:\n  a:\n')).toEqual([
      '3:3 jobs.a: found nothing, expected a mapping',
    ]);
    expect(problemsOf('service: shop\n')).toEqual([
      '1:1 "jobs" is missing, expected a mapping of job names to jobs',
    ]);
    expect(problemsOf('service: shop\njobs: {}\n')).toEqual([
      '2:7 jobs: found no jobs, expected at least one',
    ]);
  });

  it('say which kinds of values were expected', () => {
    expect(problemsOfJob(`${process}redact: x\nforwardCredentials: yes\neventFormat: raw`)).toEqual([
      'redact: found "x", expected a list of header names',
      'forwardCredentials: found "yes", expected true or false',
      'eventFormat: found "raw", expected one of normalized, native',
    ]);
    expect(problemsOfJob(`${process}retryConfig: 3`)).toEqual(['retryConfig: found 3, expected a mapping']);
    expect(
      problemsOfEvent(
        'http-api-gateway',
        '{ httpApiGatewayName: a, method: post, path: /x, payloadFormat: 2.0 }',
      ),
    ).toEqual([
      'method: found "post", expected one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY, *, did you mean "POST"?',
      'payloadFormat: found 2, expected one of 1.0, 2.0, in quotes',
    ]);
  });

  it('say why a failure class cannot be retried', () => {
    const classes = 'exit-code, interrupted, timed-out, out-of-memory, image-pull, stopped or lost';

    expect(
      problemsOfJob(
        `${process}retryConfig: { retryOn: [throttled, bad-event, exit-cod, { exitCodes: [0] }] }`,
      ),
    ).toEqual([
      `retryConfig.retryOn[0]: found "throttled", expected ${classes}, or a mapping with "exitCodes"; after throttled the job is always started again, within startTimeout`,
      `retryConfig.retryOn[1]: found "bad-event", expected ${classes}, or a mapping with "exitCodes"; after bad-event another attempt would fail the same way`,
      `retryConfig.retryOn[2]: found "exit-cod", expected ${classes}, or a mapping with "exitCodes", did you mean "exit-code"?`,
      'retryConfig.retryOn[3].exitCodes[0]: found 0, expected a whole number from 1 to 255',
    ]);
  });

  it('do not repeat secrets, long texts or what a terminal would act on', () => {
    const container = (properties: string) =>
      problemsOfJob(
        `target: fargate\nresources: { cpu: 1, memory: 2048 }\ncontainer: ${properties}\nevents: [{ type: manual }]`,
      ).join('\n');

    expect(container('{ image: i, secrets: [{ name: DB, valueFrom: hunter2 }] }')).toMatch(
      /^container\.secrets\[0\]\.valueFrom: found a value \(not shown\), expected the ARN of a secret/,
    );
    expect(container('{ image: i, apiToken: hunter2 }')).not.toContain('hunter2');
    expect(container(`{ image: "a ${'x'.repeat(500)}" }`)).toMatch(/found "a x{58}…", expected/);
    expect(container('{ image: "a \\e[2Jb \\u009b2J \\u202e" }')).toContain(
      '"a \\u001b[2Jb \\u{9b}2J \\u{202e}"',
    );
    expect(container('{ image: i, "\\e[2J\\n": 1 }')).toMatch(
      /^container\."\\u001b\[2J\\n": unknown property/,
    );
  });

  it('in what an alias repeats are reported where it is written', () => {
    expect(
      problemsOf(
        'service: shop\njobs:\n  a: { target: process, local: &l { command: 7 }, events: [{ type: manual }] }\n' +
          '  b: { target: process, local: *l, events: [{ type: manual }] }\n',
      ),
    ).toEqual([
      '3:46 jobs.a.local.command: found 7, expected a list of texts with at least one entry',
      '3:46 jobs.b.local.command: found 7, expected a list of texts with at least one entry',
    ]);
  });
});
