import { describe, expect, it } from 'vitest';
import { toBusRules } from '../../../../shared/deploy/stack/sources/event-bus.ts';
import { eventBus } from '../../../../shared/sources/event-bus.ts';
import { invocation } from '../../../contract/source.ts';
import { compile, type Jobs, propertiesOf, toContext } from './rules-of.ts';

const event = (bus: string, more = '') =>
  `{ type: event-bus, properties: { ${bus}, eventPattern: { source: [acme.datasets] }${more && `, ${more}`} } }`;
const compileRules = (jobs: Jobs, settings?: string, service?: string) =>
  compile('event-bus', toBusRules, toContext(jobs, settings, service));

const rules = 'AWS::Events::Rule';
const permissions = 'AWS::Lambda::Permission';

function targetOf(part: ReturnType<typeof compileRules>) {
  const [{ Targets } = {}] = propertiesOf(part, rules);
  return (Targets as [Record<string, unknown>])[0];
}

function templateOf(part: ReturnType<typeof compileRules>) {
  return (targetOf(part)['InputTransformer'] as { InputTemplate: string | object }).InputTemplate;
}

describe('an event of a bus', () => {
  it('is a rule that hands the whole event on, tries for a day, and then keeps it in a queue', () => {
    const context = toContext({ train: [event('useDefaultBus: true')] });
    const part = compile('event-bus', toBusRules, context);
    const id = context.file.jobs[0]?.events[0]?.id;
    expect(propertiesOf(part, rules)).toEqual([
      {
        Name: expect.stringMatching(/^media-prod-train-[0-9a-f]{8}$/),
        Description: 'Starts the job train',
        Tags: [{ Key: 'signalbox:job', Value: 'train' }],
        EventPattern: { source: ['acme.datasets'] },
        Targets: [
          {
            Id: 'signalbox',
            Arn: { 'Fn::GetAtt': ['EventBusLambdaFunction', 'Arn'] },
            InputTransformer: {
              InputTemplate: `{"signalbox":{"rule":"${id}"},"event":<aws.events.event.json>}`,
            },
            RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } },
          },
        ],
      },
    ]);
    const rule = Object.values(part.resources).find(({ Type }) => Type === rules);
    expect(rule).toMatchObject({ line: 8, DependsOn: ['EventBusPermission'] });
  });

  it('comes with a marker that the function understands', () => {
    const arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/research';
    const context = toContext({ train: [event(`eventBusArn: '${arn}'`)] });
    const template = templateOf(compile('event-bus', toBusRules, context));
    const [text, { Bus }] = (template as { 'Fn::Sub': [string, { Bus: string }] })['Fn::Sub'];
    const sent = {
      version: '0',
      id: 'e1',
      source: 'acme.datasets',
      'detail-type': 'Dataset Ready',
      account: '123456789012',
      region: 'eu-west-1',
      time: '2026-11-20T10:00:00Z',
      resources: [],
      detail: { size: 7 },
    };
    const payload = JSON.parse(
      text.replace(`\${Bus}`, Bus).replace('<aws.events.event.json>', JSON.stringify(sent)),
    );
    expect(eventBus.parse(payload, invocation)).toMatchObject({
      sourceArn: arn,
      addressed: { rule: context.file.jobs[0]?.events[0]?.id, event: sent },
    });
  });

  it('of a bus by name, or one that only CloudFormation knows, says which it was on', () => {
    const named = compileRules({ train: [event('eventBusName: research')] });
    expect(propertiesOf(named, rules)[0]?.['EventBusName']).toBe('research');
    expect(templateOf(named)).toEqual({
      'Fn::Sub': [
        expect.stringContaining(`"bus":"\${Bus}"}`),
        {
          Bus: {
            'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/research`,
          },
        },
      ],
    });
    const own = compileRules(
      { train: [event('eventBusArn: !GetAtt Bus.Arn')] },
      'resources: { Bus: { Type: AWS::Events::EventBus, Properties: { Name: research } } }',
    );
    const arn = { 'Fn::GetAtt': ['Bus', 'Arn'] };
    expect(propertiesOf(own, rules)[0]?.['EventBusName']).toEqual(arn);
    expect(templateOf(own)).toEqual({ 'Fn::Sub': [expect.anything(), { Bus: arn }] });
  });

  it('is kept in the queue that the event names when it can not be delivered', () => {
    const byName = compileRules({
      train: [event('useDefaultBus: true', 'onDeliveryFailure: { sqsQueueName: lost }')],
    });
    expect(targetOf(byName)['DeadLetterConfig']).toEqual({
      Arn: { 'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:lost` },
    });
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:lost';
    const byArn = compileRules({
      train: [event('useDefaultBus: true', `onDeliveryFailure: { sqsQueueArn: '${arn}' }`)],
    });
    expect(targetOf(byArn)['DeadLetterConfig']).toEqual({ Arn: arn });
  });

  it('leaves input to the function', () => {
    const part = compileRules({ train: [event('useDefaultBus: true', 'input: { kind: daily }')] });
    expect(targetOf(part)).not.toHaveProperty('Input');
    expect(templateOf(part)).not.toContain('daily');
  });

  it('has a name of at most 64 characters that begins with the stack', () => {
    const job = 'a-job-whose-name-has-all-40-letters-xyz1';
    const part = compileRules(
      { [job.slice(0, 40)]: [event('useDefaultBus: true'), event('eventBusName: other')] },
      '',
      'media-of-the-house-a',
    );
    const names = propertiesOf(part, rules).map(({ Name }) => `${Name}`);
    for (const name of names) {
      expect(name).toMatch(/^media-of-the-house-a-prod-a-job-[a-z0-9-]*-[0-9a-f]{8}$/);
      expect(name.length).toBe(64);
    }
    expect(new Set(names).size).toBe(2);
  });
});

describe('the permission of EventBridge', () => {
  const sourcesOf = (...buses: readonly string[]) =>
    propertiesOf(compileRules({ a: buses.map((bus) => event(bus)) }), permissions).map(
      ({ SourceArn }) => (SourceArn as { 'Fn::Sub': string })['Fn::Sub'].split(`\${AWS::AccountId}:`)[1],
    );

  it('is one for all rules of the default bus and one for those of all others', () => {
    expect(sourcesOf('useDefaultBus: true')).toEqual(['rule/media-prod-*']);
    expect(sourcesOf('eventBusName: default')).toEqual(['rule/media-prod-*']);
    expect(sourcesOf('eventBusName: a', 'eventBusName: b')).toEqual(['rule/*/media-prod-*']);
    expect(sourcesOf('useDefaultBus: true', 'eventBusName: a')).toEqual([
      'rule/media-prod-*',
      'rule/*/media-prod-*',
    ]);
  });

  it('is for both when only CloudFormation knows the bus', () => {
    expect(sourcesOf('eventBusArn: !ImportValue bus')).toEqual(['rule/media-prod-*', 'rule/*/media-prod-*']);
  });
});
