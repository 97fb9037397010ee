import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { problemsOf } from './problems-of.ts';

const resources = `
resources:
  Orders: { Type: AWS::SQS::Queue }
  Uploads: { Type: AWS::S3::Bucket }
  Table: { Type: AWS::DynamoDB::Table }`;

/** jobs.yml with a job that has the properties. */
const toText = (properties: string, others = resources) =>
  `service: shop\njobs:\n  a: { target: process, local: { command: [x] }, ${properties} }${others}\n`;

const toQueueEvent = (arn: string) => `events: [{ type: sqs, properties: { sqsQueueArn: ${arn} } }]`;

const problemsOfArn = (arn: string) => problemsOf(toText(toQueueEvent(arn)));

function queueOf(arn: string): unknown {
  const [event] = parseJobs(toText(toQueueEvent(arn)), 'jobs.yml').jobs[0]?.events ?? [];
  return event?.type === 'sqs' ? [event.properties.sqsQueueArn, event.id] : undefined;
}

describe('a reference', () => {
  it('is the same as a tag and in its long form', () => {
    const attribute = queueOf('!GetAtt Orders.Arn');
    expect(attribute).toEqual(['signalbox:reference:{"Fn::GetAtt":["Orders","Arn"]}', expect.any(String)]);
    expect(queueOf('!GetAtt [Orders, Arn]')).toEqual(attribute);
    expect(queueOf('{ Fn::GetAtt: Orders.Arn }')).toEqual(attribute);
    expect(queueOf('{ "Fn::GetAtt": [Orders, Arn] }')).toEqual(attribute);
    expect(queueOf('!ImportValue shop-orders')).toEqual(queueOf('{ Fn::ImportValue: shop-orders }'));
  });

  it('may be a text with resources and pseudo parameters in it', () => {
    const text = `arn:aws:sqs:\${AWS::Region}:\${AWS::AccountId}:\${Orders.QueueName}-\${!x}`;
    expect(queueOf(`!Sub "${text}"`)).toEqual([
      `signalbox:reference:{"Fn::Sub":"${text}"}`,
      expect.any(String),
    ]);
  });

  it('may be a parameter of Systems Manager, with a version or without', () => {
    expect(queueOf('"{{resolve:ssm:/shop/orders}}"')).toEqual([
      'signalbox:reference:"{{resolve:ssm:/shop/orders}}"',
      expect.any(String),
    ]);
    expect(problemsOfArn('"{{resolve:ssm:/shop/orders:3}}"')).toEqual([]);
  });

  it('stands in a list, in a policy and its conditions, and for what is no ARN', () => {
    const text = `
service: shop
network: { subnets: [!Ref Orders, subnet-0a] }
announcements: { eventBusArn: !ImportValue bus }
jobs:
  a:
    target: fargate
    container:
      image: !Sub "\${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/a"
      environment: [{ name: QUEUE, value: !Ref Orders }, { name: WIDTH, value: 1.10 }]
      secrets: [{ name: KEY, valueFrom: !ImportValue key }]
    resources: { cpu: 1, memory: 2048 }
    iamRoleStatements:
      - Effect: Allow
        Action: sqs:SendMessage
        Resource: !GetAtt Orders.Arn
        Condition: { ArnEquals: { "aws:SourceArn": [!GetAtt Uploads.Arn, x] } }
    onFailure: { type: sqs, arn: !GetAtt Orders.Arn }
    events: [{ type: manual }]${resources}
`;
    const { network, announcements, jobs } = parseJobs(text, 'jobs.yml');
    const orders = 'signalbox:reference:{"Fn::GetAtt":["Orders","Arn"]}';
    const uploads = 'signalbox:reference:{"Fn::GetAtt":["Uploads","Arn"]}';
    expect(network?.subnets).toEqual(['signalbox:reference:{"Ref":"Orders"}', 'subnet-0a']);
    expect(announcements).toEqual({ eventBusArn: 'signalbox:reference:{"Fn::ImportValue":"bus"}' });
    expect(jobs[0]).toMatchObject({
      container: {
        image: `signalbox:reference:{"Fn::Sub":"\${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/a"}`,
        environment: [
          { name: 'QUEUE', value: 'signalbox:reference:{"Ref":"Orders"}' },
          { name: 'WIDTH', value: '1.10' },
        ],
        secrets: [{ name: 'KEY', valueFrom: 'signalbox:reference:{"Fn::ImportValue":"key"}' }],
      },
      iamRoleStatements: [
        { Resource: [orders], Condition: { ArnEquals: { 'aws:SourceArn': [uploads, 'x'] } } },
      ],
      onFailure: { type: 'sqs', arn: orders },
    });
  });

  it('leaves what an event takes as it is alone: that is data, whatever it is called', () => {
    const event = '{ type: schedule, properties: { scheduleRate: rate(1 day), input: { Ref: Nobody } } }';
    const { jobs } = parseJobs(toText(`events: [${event}]`), 'jobs.yml');
    expect(jobs[0]?.events[0]).toMatchObject({ properties: { input: { Ref: 'Nobody' } } });
    expect(problemsOf(toText(`events: [${event.replace('{ Ref: Nobody }', '!Ref Orders')}]`))).toEqual([
      '3:130 jobs.a.events[0].properties.input: found !Ref, expected a plain value',
    ]);
  });
});

describe('mistakes in references', () => {
  it('are ids that are not there, at the place of the reference', () => {
    expect(problemsOfArn('!GetAtt Ordrs.Arn')).toEqual([
      '3:107 jobs.a.events[0].properties.sqsQueueArn: found a reference to "Ordrs", which "resources" does not have, did you mean "Orders"?',
    ]);
    expect(problemsOfArn(`!Sub "\${Nobody.Arn}"`)[0]).toMatch(
      /found a reference to "Nobody", which "resources" does not have, expected one of Orders, Uploads, Table$/,
    );
    expect(problemsOf(toText(toQueueEvent('!ImportValue x'), ''))).toEqual([]);
    expect(problemsOf(toText(toQueueEvent('!GetAtt Orders.Arn'), ''))[0]).toMatch(
      /which "resources" does not have, expected one that it declares$/,
    );
  });

  it('are functions that give no text which is known elsewhere', () => {
    expect(problemsOfArn('!Join ["", [arn]]')).toEqual([
      '3:105 jobs.a.events[0].properties.sqsQueueArn: found Fn::Join, expected Ref, Fn::GetAtt, Fn::ImportValue or Fn::Sub',
    ]);
    expect(problemsOfArn('{ Fn::Join: ["", [arn]] }')).toEqual([
      '3:99 jobs.a.events[0].properties.sqsQueueArn: found Fn::Join, expected Ref, Fn::GetAtt, Fn::ImportValue or Fn::Sub',
    ]);
  });

  it.each([
    ['!GetAtt Orders', /found "Orders" for Fn::GetAtt, expected an id and an attribute, such as Orders.Arn$/],
    ['{ Ref: [Orders] }', /found a list for Ref, expected the id of a resource$/],
    ['!ImportValue', /found "" for Fn::ImportValue, expected the name of another stack's export$/],
    ['{ Fn::Sub: [x, {}] }', /found a list for Fn::Sub, expected a text such as/],
    [
      '!Ref AWS::NoValue',
      /found the pseudo parameter "AWS::NoValue", expected AWS::AccountId, .* or AWS::URLSuffix$/,
    ],
    [
      `!Sub "\${AWS::Region.x}"`,
      /found an attribute of the pseudo parameter "AWS::Region", which has none; expected that of a resource$/,
    ],
    [
      '!GetAtt AWS::Region.x',
      /found an attribute of the pseudo parameter "AWS::Region", which has none; expected that of a resource$/,
    ],
    ['{ Ref: Orders, x: 1 }', /found a mapping, expected the ARN of an SQS queue, such as/],
    ['!Sub "{{resolve:ssm-secure:db}}"', /found a dynamic reference that jobs.yml does not take/],
    ['"{{resolve:secretsmanager:db}}"', /found a dynamic reference that jobs.yml does not take, expected/],
  ])('are %s', (arn, message) => {
    expect(problemsOfArn(arn).join()).toMatch(message);
  });

  it.each(['${Orders.}', '${.Arn}', '${}', '${', '${Orders', '${Orders.Arn'])(
    'are texts of Fn::Sub that CloudFormation would refuse: %s',
    (text) => {
      expect(problemsOfArn(`!Sub "a-${text}"`)).toEqual([
        `3:104 jobs.a.events[0].properties.sqsQueueArn: found "${text}" in Fn::Sub, expected an id or an id and an attribute, such as \${Orders.Arn}`,
      ]);
    },
  );

  it('are parameters where a stack needs parts of the ARN', () => {
    const problems = (arn: string) =>
      problemsOf(toText(`events: [{ type: cloudwatch-log, properties: { logGroupArn: ${arn} } }]`));
    const found = 'found a parameter of Systems Manager, of whose value CloudFormation can give no part';
    expect(problems('"{{resolve:ssm:/logs}}"').join()).toContain(found);
    expect(problems('!Sub "{{resolve:ssm:/logs}}"').join()).toContain(found);
    expect(problems('!ImportValue logs')).toEqual([]);
  });

  it('are names and URLs in place of ARNs', () => {
    expect(problemsOfArn('!Ref Orders')).toEqual([
      '3:104 jobs.a.events[0].properties.sqsQueueArn: found the Ref of an AWS::SQS::Queue, which is no ARN; expected !GetAtt Orders.Arn',
    ]);
  });

  it('are references where no resource can be meant', () => {
    const problems = problemsOf(toText('events: [{ type: manual }]').replace('[x]', '[!Ref Orders]'));
    expect(problems).toEqual(['3:49 jobs.a.local.command[0]: found a reference (Ref), expected text']);
  });

  it('are texts that only Signalbox writes', () => {
    expect(problemsOfArn("'signalbox:reference:0'")[0]).toBe(
      '3:99 found text that starts with signalbox:reference:, which Signalbox keeps for itself',
    );
  });

  it('are dynamic references of secrets, which would be written into the task definition', () => {
    const job = `service: shop
jobs:
  a:
    target: fargate
    container:
      image: i
      environment: [{ name: PASSWORD, value: "{{resolve:secretsmanager:db}}" }]
    resources: { cpu: 1, memory: 2048 }
    events: [{ type: manual }]
`;
    expect(problemsOf(job)).toEqual([
      '7:46 jobs.a.container.environment[0].value: found a dynamic reference that jobs.yml does not take, expected {{resolve:ssm:/name}} as the whole text; a secret belongs into "secrets"',
    ]);
  });
});
