import { describe, expect, it } from 'vitest';
import { toLogSubscriptions } from '../../../../shared/deploy/stack/sources/cloudwatch-log.ts';
import { parseJobs } from '../../../../shared/jobs/parse.ts';
import { compileEvents, compileText, propertiesOf } from './compile.ts';

const logGroupArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/acme/web';
const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:reconcile';
const compile = (...properties: readonly object[]) =>
  compileEvents(toLogSubscriptions, { type: 'cloudwatch-log', properties });
const patternOf = (...filters: readonly string[]) => {
  const part = compile(...filters.map((filter) => ({ logGroupArn, filter })));
  return part.resources['AcmeWebLogGroupFilter']?.Properties?.['FilterPattern'];
};

describe('a log group', () => {
  it('gets a filter named after its event, once it may call the function', () => {
    const properties = { logGroupArn, filter: '{ $.level = "ERROR" }' };
    expect(compile(properties).resources).toEqual({
      AcmeWebLogGroupFilter: {
        Type: 'AWS::Logs::SubscriptionFilter',
        DependsOn: ['AcmeWebLogGroupPermission'],
        Properties: {
          LogGroupName: '/acme/web',
          FilterName: ruleIdOf(properties),
          FilterPattern: '{ $.level = "ERROR" }',
          DestinationArn: { 'Fn::GetAtt': ['CloudwatchLogLambdaFunction', 'Arn'] },
        },
        line: 1,
      },
      AcmeWebLogGroupPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { 'Fn::GetAtt': ['CloudwatchLogLambdaFunction', 'Arn'] },
          Principal: 'logs.amazonaws.com',
          SourceArn: {
            'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/acme/web:*`,
          },
        },
        line: 1,
      },
    });
  });

  it('is the same one with and without the :* of its ARN', () => {
    const part = compile({ logGroupArn }, { logGroupArn: `${logGroupArn}:*` });
    expect(Object.keys(part.resources)).toEqual(['AcmeWebLogGroupPermission', 'AcmeWebLogGroupFilter']);
  });

  it('of another job is made before its filter', () => {
    const dependsOn = (job: string, target: object) => {
      const other = { target: 'codebuild', timeout: 600, events: [{ type: 'manual' }], ...target };
      const events = [
        {
          type: 'cloudwatch-log',
          properties: { logGroupArn: logGroupArn.replace('/acme/web', `/signalbox/media/prod/${job}`) },
        },
      ];
      const alert = { target: 'state-machine', stateMachineArn, events };
      const text = JSON.stringify({ service: 'media', jobs: { alert, report: other } });
      const { resources } = compileText(toLogSubscriptions, 'cloudwatch-log', text);
      return Object.values(resources)
        .flatMap((each) => each.DependsOn ?? [])
        .slice(1);
    };
    const computeType = 'BUILD_GENERAL1_SMALL';
    const build = { image: 'aws/codebuild/standard:7.0', computeType, commands: ['true'] };
    expect(dependsOn('report', { build })).toEqual(['ReportJobLogGroup']);
    expect(dependsOn('other', { build })).toEqual([]);
    expect(dependsOn('report', { projectName: 'report' })).toEqual([]);
  });

  it('of the stack is found by its ARN, whose name is taken out', () => {
    const reference = { 'Fn::GetAtt': ['WebLog', 'Arn'] };
    const part = compileEvents(toLogSubscriptions, {
      type: 'cloudwatch-log',
      properties: [{ logGroupArn: reference }],
      more: { resources: { WebLog: { Type: 'AWS::Logs::LogGroup' } } },
    });
    const name = { 'Fn::Select': [6, { 'Fn::Split': [':', reference] }] };
    expect(propertiesOf(part, 'WebLogLogGroupFilter')).toMatchObject({ LogGroupName: name });
    expect(propertiesOf(part, 'WebLogLogGroupPermission')).toMatchObject({
      SourceArn: { 'Fn::Sub': [expect.stringContaining(`:log-group:\${Name}:*`), { Name: name }] },
    });
  });
});

describe('events of one log group', () => {
  it('share a filter that stays the same whatever they are, for the router to tell which is meant', () => {
    const part = compile({ logGroupArn, filter: 'ERROR' }, { logGroupArn, filter: 'WARN' });
    expect(Object.keys(part.resources)).toEqual(['AcmeWebLogGroupPermission', 'AcmeWebLogGroupFilter']);
    expect(propertiesOf(part, 'AcmeWebLogGroupFilter')).toMatchObject({
      FilterName: 'media-prod',
      FilterPattern: '',
    });
  });

  it('share the pattern that they all have, or one for any of their patterns over JSON', () => {
    expect(patternOf('ERROR', 'ERROR ')).toBe('ERROR');
    expect(patternOf('{ $.a = 1 && $.b = 2 }', '{ $.c = "}" }')).toBe(
      '{ ($.a = 1 && $.b = 2) || ($.c = "}") }',
    );
  });

  it('share one for all lines when one of them is for all, or when it would be too long', () => {
    expect(patternOf('{ $.a = 1 }', '')).toBe('');
    const long = (letter: string) => `{ $.a = "${letter.repeat(600)}" }`;
    expect(patternOf(long('x'), long('y'))).toBe('');
  });
});

describe('what would not end', () => {
  const refusalOf = (name: string) => () => compile({ logGroupArn: logGroupArn.replace('/acme/web', name) });

  it("is the job's own log group", () => {
    expect(refusalOf('/signalbox/media/prod/a')).toThrow('found the log group of the job itself');
    expect(refusalOf('/signalbox/media/prod/b')).not.toThrow();
    expect(refusalOf('/signalbox/media/test/a')).not.toThrow();
  });

  it("is that of a function of the stack's", () => {
    expect(refusalOf('/aws/lambda/media-prod-cloudwatch-log')).toThrow("of a function of Signalbox's");
    expect(refusalOf('/aws/lambda/media-prod-sweep')).toThrow(
      expect.objectContaining({
        problems: [{ line: 1, message: expect.stringContaining('that would not end') }],
      }),
    );
    expect(refusalOf('/aws/lambda/media-prod-shop')).not.toThrow();
  });
});

function ruleIdOf(properties: object): string | undefined {
  const job = {
    target: 'process',
    local: { command: ['x'] },
    events: [{ type: 'cloudwatch-log', properties }],
  };
  const { jobs } = parseJobs(JSON.stringify({ service: 'media', jobs: { a: job } }), 'jobs.yml');
  return jobs[0]?.events[0]?.id;
}
